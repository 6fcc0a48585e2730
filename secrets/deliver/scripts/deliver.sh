# look|bring FILE NONCE SUM SUM: says what FILE is, and brings what comes on
# standard input there unless it is that already. SUM is the SHA-256 of NONCE
# and the content, in hexadecimal; the second one without its last newline.
PATH=${PATH:-/usr/bin:/bin}:/run/current-system/sw/bin:/usr/local/bin:/usr/bin:/bin
export PATH
set -u
umask 077
verb=$1 file=$2 nonce=$3 sum=$4 bare=$5

sum_of() {
	if command -v sha256sum >/dev/null 2>&1; then
		{ printf %s "$nonce"; cat -- "$1"; } | sha256sum
	elif command -v shasum >/dev/null 2>&1; then
		{ printf %s "$nonce"; cat -- "$1"; } | shasum -a 256
	else
		{ printf %s "$nonce"; cat -- "$1"; } | openssl dgst -sha256 -r
	fi | cut -c 1-64
}

# A link leads to where the host keeps what lasts.
if [ -L "$file" ]; then
	file=$(readlink -f "$file") || { echo "$2 is a link that leads nowhere" >&2; exit 67; }
fi
dir=${file%/*}

state=missing
if [ -f "$file" ]; then
	case $(sum_of "$file") in
	"$sum" | "$bare") state=same ;;
	*) state=other ;;
	esac
elif [ -e "$file" ]; then
	echo "$file is no regular file" >&2
	exit 67
fi
if [ "$verb" = look ]; then
	echo "$state"
	exit 0
fi
if [ "$state" = same ]; then
	chown 0:0 "$file" && chmod 0400 "$file" || exit
	echo "$state"
	exit 0
fi

# Nothing is made where it would not last.
above=$dir
until [ -d "$above" ]; do
	above=${above%/*}
	above=${above:-/}
done
case $(stat -f -c %T "$above" 2>/dev/null) in
tmpfs | ramfs) exit 66 ;;
esac
if [ ! -d "$dir" ]; then # only the last one is for nobody else
	(umask 022 && mkdir -p "${dir%/*}/") && mkdir -m 0700 "$dir" || exit
fi
for old in "$dir"/.key.*; do # of a delivery that was cut
	[ -f "$old" ] && [ -n "$(find "$old" -mmin +60 2>/dev/null)" ] && rm -f -- "$old"
done
new=$(mktemp "$dir/.key.XXXXXX") || exit
trap 'rm -f -- "$new"' EXIT
trap 'exit 129' HUP INT TERM
cat >"$new" || exit
[ "$(sum_of "$new")" = "$sum" ] || exit 65
chown 0:0 "$new" && chmod 0400 "$new" || exit
sync "$new" 2>/dev/null || sync
mv -f -- "$new" "$file" || exit
sync "$dir" 2>/dev/null || sync
echo "$state"
