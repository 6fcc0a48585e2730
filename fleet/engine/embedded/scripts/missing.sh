# missing: reads base names of store paths, a line each, and writes those that
# the host's store lacks.
while IFS= read -r name; do
	case $name in
	'' | */* | .*) refuse 47 'not the name of a store object' ;;
	esac
	[ -e "$root/nix/store/$name" ] || printf '%s\n' "$name"
done
