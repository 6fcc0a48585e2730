# Every script of the embedded engine starts with this. POSIX sh only: dash,
# busybox sh and the bash that macOS calls sh run it. Exit statuses from 40 on
# are known to deploy.go.
set -eu
LC_ALL=C
PATH=${PATH:-/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin}
export LC_ALL PATH
umask 022
unset IFS CDPATH

refuse() { # STATUS MESSAGE...
	status=$1
	shift
	printf '%s\n' "$*" >&2
	exit "$status"
}

root=${ASSAY_ROOT:-}
case $root in
'') refuse 40 'ASSAY_ROOT is not set: this is not a demo host, and the embedded engine works on no other' ;;
*/../* | */.. | *'
'*) refuse 40 'ASSAY_ROOT is not a plain path' ;; # find writes a path a line
/?*) ;;
*) refuse 40 'ASSAY_ROOT is not an absolute path of a demo host' ;;
esac
if [ ! -f "$root/.assay-sim-host" ] || [ -L "$root/.assay-sim-host" ]; then
	refuse 40 "there is no $root/.assay-sim-host: this is not a demo host, and the embedded engine works on no other"
fi
for dir in nix nix/store nix/var nix/var/nix nix/var/nix/profiles run run/activating etc; do
	[ ! -L "$root/$dir" ] || refuse 44 "/$dir is a symbolic link; nothing was changed"
done

# sha256 ...: sha256sum, or what is there in its place.
sha256() {
	if command -v sha256sum >/dev/null; then
		sha256sum "$@"
	elif command -v shasum >/dev/null; then
		shasum -a 256 "$@"
	else
		refuse 45 'this host has neither sha256sum nor shasum, so no object of its store can be checked'
	fi
}

# started PID: sets start to a word that says when the process started, or to
# nothing when there is no such process. A zombie is no process.
started() {
	start=
	if [ -r /proc/self/stat ]; then
		{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
		stat=${stat##*) }
		set -f
		set -- $stat
		set +f
		case $1 in Z | X | x) return 0 ;; esac
		start=${20-} # absent where the program's name holds a newline; no shell's does
	else
		start=$(ps -o stat= -o lstart= -p "$1" 2>/dev/null) || start=
		case $start in
		*Z*) start= ;; # no month or day has a Z
		*) start=$(ps -o lstart= -p "$1" 2>/dev/null | tr -cd 0-9A-Za-z) || start= ;;
		esac
	fi
}

# alive PID.START: whether the process that took this name still runs. A
# number that was given to a later process does not count.
alive() {
	started "${1%%.*}"
	[ -n "$start" ] && [ "$start" = "${1#*.}" ]
}

started "$$"
[ -n "$start" ] || refuse 40 'this host has neither /proc nor ps; the embedded engine cannot lock without'
me=$$.$start
