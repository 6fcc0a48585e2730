# missing: reads names of regular files below the host's store, a line each,
# and writes the SHA-256 of those that are there, as sha256sum does: a system
# has its files as SYSTEM/NAME. Where a link of a system does not lead to its
# object, which is there, or one of its files is not in its place though the host
# runs the system, a line says "wrong SYSTEM".
cd "$root/nix/store" 2>/dev/null || exit 0
set --
while IFS= read -r name; do
	case $name in
	'' | .* | */.* | /* | */*/*) refuse 47 'not the name of a file of a store object' ;;
	esac
	[ -f "$name" ] && [ -r "$name" ] && [ ! -L "$name" ] && [ ! -L "${name%%/*}" ] || continue
	set -- "$@" "$name"
	if [ $# -ge 200 ]; then
		sha256 "$@" </dev/null || :
		set --
	fi
	[ "$name" != "${name%/links}" ] || continue
	system=${name%/links} runs=no
	[ ! "$root/run/current-system" -ef "$system" ] || runs=yes
	while IFS='	' read -r source object text place; do
		[ -f "$object" ] || continue
		if [ ! -L "$system/$source" ] || [ ! "$system/$source" -ef "$object" ] ||
			{ [ $runs = yes ] && [ -n "$place" ] && [ ! "$root/$place" -ef "$object" ]; }; then
			printf 'wrong %s\n' "$system"
			break
		fi
	done <"$name"
done
[ $# -eq 0 ] || sha256 "$@" </dev/null || :
