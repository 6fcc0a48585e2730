# Speaks Nix's worker protocol on standard input and output. Each of "$@" is a
# store path that garbage collection has to leave alone once it is here: links
# to them are made beforehand, and what they are in is the first line on
# standard error.
if [ $# -gt 0 ]; then
	case ${NIX_REMOTE:-} in
	/*) roots=$NIX_REMOTE/nix/var/nix/gcroots/assay ;;
	*)
		if [ "$(id -u)" = 0 ]; then
			roots=${NIX_STATE_DIR:-/nix/var/nix}/gcroots/assay
		else
			roots=${XDG_STATE_HOME:-$HOME/.local/state}/assay/roots
		fi
		;;
	esac
	mkdir -p "$roots" || exit 73
	# What an earlier copy left has been activated, or will not be.
	find "$roots" -type l -mtime +1 -exec rm -f {} +
	for path; do
		ln -sfn "$path" "$roots/${path##*/}" || exit 73
	done
	printf 'roots %s\n' "$roots" >&2
fi
exec nix-daemon --stdio
