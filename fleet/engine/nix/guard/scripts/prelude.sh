# Every command of the guard is this script: its parts in the order in which
# scripts.go joins them, and one verb. POSIX sh only: dash, busybox sh, and the
# bash that NixOS and macOS call sh run it. The exit statuses are those of
# scripts.go.
#
# Everything that is known of an activation lies in $base/ID: the tool (this
# script), from and to (store paths), link (what the profile was), failed (the
# units that had failed before), result-JOB, and the marks now, rolling and again. The
# file $base/current tells everybody what goes on. What a restart must not make
# forgotten is also in $owed, see owed.sh.
set -eu
LC_ALL=C
# What the host itself has comes first, then what its systems bring.
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/wrappers/bin
[ -n "${HOME:-}" ] || HOME=~root # a unit has none, and Nix asks for it
export LC_ALL PATH HOME
umask 022
unset IFS CDPATH

refuse() { # STATUS MESSAGE...
	status=$1
	shift
	printf '%s\n' "$*" >&2
	exit "$status"
}

verb=${1-} id=${2-}
case $id in '' | *[!0-9A-Za-z-]* | -*) refuse 47 'not the name of an activation' ;; esac
[ "${#id}" -le 128 ] || refuse 47 'too long a name of an activation'

base=/run/assay
[ -d /run ] || base=/var/run/assay # macOS without nix-darwin's /run
dir=$base/$id
profile=/nix/var/nix/profiles/system
roots=/nix/var/nix/gcroots/auto/assay-$id

# A command in $(...) is a process of its own, which costs a host with little to
# do more than what is done in it. What is asked often is therefore asked by
# functions that set a variable.

# load FILE sets value to the first line of a file of this activation, or to
# nothing.
load() {
	value=
	[ ! -f "$dir/$1" ] || IFS= read -r value <"$dir/$1" || :
}

# get FILE prints it.
get() {
	load "$1"
	printf '%s' "$value"
}

# put FILE TEXT writes it in one step, or fails and leaves it as it was.
put() {
	if printf '%s\n' "$2" >"$dir/.$1.$$" && mv -f "$dir/.$1.$$" "$dir/$1"; then
		return 0
	fi
	rm -f "$dir/.$1.$$"
	return 1
}

# note FILE TEXT writes it too, where nobody reads it yet.
note() { printf '%s\n' "$2" >"$dir/$1"; }

# private DIR makes a directory that only we may enter.
private() { mkdir -m 0700 "$1" 2>/dev/null || { mkdir -p "$1" && chmod 0700 "$1"; }; }

# mark NAME makes the mark, where there is room for it.
mark() { true >"$dir/$1" || :; }

have() { command -v "$1" >/dev/null 2>&1; }

# The tools of the system that the host comes from outlast the change.
load from
PATH=$PATH${value:+:$value/sw/bin}:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin

# real LINK sets value to where a link leads in the end, or to nothing.
real() {
	if cd -P "$1" 2>/dev/null; then
		value=$PWD
		cd "$OLDPWD" 2>/dev/null || cd /
	else
		value=$(readlink -f "$1" 2>/dev/null || :)
	fi
}

# running prints what the host runs.
running() {
	real /run/current-system
	printf '%s' "$value"
}

# runs SYSTEM: whether the host runs it.
runs() {
	real /run/current-system
	[ "$value" = "$1" ]
}

# monotonic sets value to seconds that no clock's change touches, where the host
# has them.
monotonic() {
	if [ -r /proc/uptime ]; then
		read -r value rest </proc/uptime
		value=${value%%.*}
	else
		value=$(date +%s)
	fi
}

began=
# clock sets at to the time of day in seconds. A program is started for it once,
# at the beginning of an activation, and by what may last long.
clock() {
	case $began$verb in
	work | confirm)
		load began
		began=$value
		;;
	esac
	monotonic
	[ -n "$began" ] || began=$(($(date +%s) - value))
	at=$((began + value))
}

# say_state STATE makes this activation the current one, in that state, or
# fails and leaves the file as it was.
say_state() {
	clock
	ends=
	if [ "$1" = armed ]; then
		load deadline
		ends=$((at + value))
		monotonic
		ends="
until $((ends - value))"
	fi
	[ "$1" != failed ] || ends="
trouble $(get trouble)"
	said="id $id
state $1"
	for key in from to; do load "$key" && said="$said
$key $value"; done
	said="$said
at $at"
	for key in operator goal guard; do load "$key" && said="$said
$key $value"; done
	said=$said$ends
	if printf '%s\n' "$said" >"$base/.current.$$" && mv -f "$base/.current.$$" "$base/current"; then
		case $1 in rolled-back | "done") note ended "$1" || : ;; esac
		return 0
	fi
	rm -f "$base/.current.$$"
	return 1
}

# say KEY FILE sets value to what a state says under the key, or to nothing.
say() {
	value=
	[ -f "$2" ] || return 0
	while read -r key text; do
		[ "$key" != "$1" ] || value=$text
	done <"$2"
}

# field KEY FILE prints it.
field() {
	say "$@"
	printf '%s' "$value"
}

# own sets value to the state of this activation; where another one is the
# current one, to how this one ended, or to nothing.
own() {
	value= name=
	[ ! -f "$base/current" ] || while read -r key text; do
		case $key in
		id) name=$text ;;
		state) value=$text ;;
		esac
	done <"$base/current"
	[ "$name" = "$id" ] || load ended
}

# state prints it.
state() {
	own
	printf '%s' "$value"
}

# is STATE...: whether this activation is in one of these states.
is() {
	own
	case " $* " in *" $value "*) [ -n "$value" ] ;; *) false ;; esac
}

# try_lock takes the host's lock for as long as this process lives.
try_lock() {
	if have flock; then
		exec 9>>"$base/lock"
		flock -n 9
		return
	fi
	# A Mac has no flock: a link that leads to the number of a process is made
	# in one step as well.
	if [ -L "$base/owner" ] && ! alive "$(readlink "$base/owner")"; then
		rm -f "$base/owner"
	fi
	ln -s $$ "$base/owner" 2>/dev/null || return 1
	trap 'rm -f "$base/owner"' EXIT
}

# take_lock SECONDS waits for it so long.
take_lock() {
	if [ -n "$systemd" ] && have flock; then
		exec 9>>"$base/lock"
		flock -w "$1" 9
		return
	fi
	tries=$(($1 * 5))
	until try_lock; do
		[ "$tries" -gt 0 ] || return 1
		tries=$((tries - 1))
		sleep 0.2
	done
}

free_lock() {
	if have flock; then exec 9>&-; else
		rm -f "$base/owner"
		trap - EXIT
	fi
}

# alive PID: whether a process lives. A zombie does not.
alive() {
	[ -n "$1" ] || return 1
	if [ -r /proc/self/stat ]; then
		{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
		stat=${stat##*) }
	else
		stat=$(ps -o stat= -p "$1" 2>/dev/null) || return 1
	fi
	case $stat in '' | Z* | X*) return 1 ;; esac
}
