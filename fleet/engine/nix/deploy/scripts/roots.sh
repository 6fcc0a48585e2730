# open_roots sets roots to the directory whose links keep paths from garbage
# collection, and removes those that are a day old: what an earlier copy
# brought has been activated, or will not be. What end_lost notes goes in a week.
open_roots() {
	case ${NIX_REMOTE:-} in
	/*) roots=$NIX_REMOTE/nix/var/nix/gcroots/assay ;;
	*)
		if [ -O /etc ] || [ "$(id -u)" = 0 ]; then
			roots=${NIX_STATE_DIR:-/nix/var/nix}/gcroots/assay
		else
			roots=${XDG_STATE_HOME:-$HOME/.local/state}/assay/roots
		fi
		;;
	esac
	if [ ! -d "$roots" ]; then
		mkdir -p "$roots" || exit 73
		return
	fi
	for left in "$roots"/*; do
		[ -L "$left" ] || continue
		find "$roots" \( -type l -mtime +0 -o -type f -mtime +6 \) -exec rm -f {} +
		return
	done
}
