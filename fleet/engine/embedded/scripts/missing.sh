# missing: reads names of regular files below the host's store, a line each,
# and writes the SHA-256 of those that are there, as sha256sum does: a system
# has its files as SYSTEM/NAME. Where a link of a system does not lead to its
# object, which is there, a line says "wrong SYSTEM".
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
	while IFS='	' read -r source object rest; do
		[ ! -f "$object" ] || { [ -L "${name%/links}/$source" ] && [ "${name%/links}/$source" -ef "$object" ]; } ||
			{ printf 'wrong %s\n' "${name%/links}" && break; }
	done <"$name"
done
[ $# -eq 0 ] || sha256 "$@" </dev/null || :
