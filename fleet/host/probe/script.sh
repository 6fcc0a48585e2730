# With "stand" as its argument it says only where the host stands, with fewer
# processes.
export LC_ALL=C
only=
[ "${1:-}" != stand ] || only=yes
root=${ASSAY_ROOT:-}
[ -n "$root" ] || PATH=$PATH:/run/current-system/sw/bin:/usr/sbin:/sbin
printf '\nassay-facts 1\nroot %s\n' "$root"

# look NAME LINK: says what is wrong with a link to a system. Of a real system
# only the links at its top are looked at, which takes no process: that one of
# them leads nowhere is not normal, deeper inside it may be. All of a simulated
# host's links lead to objects of its store, and there are few.
look() {
	if [ ! -L "$2" ]; then
		[ -e "$2" ] && printf 'wrong %s other\n' "$1" || printf 'wrong %s absent\n' "$1"
	elif [ ! -d "$2" ]; then
		printf 'wrong %s missing\n' "$1"
	elif [ -n "$root" ]; then
		find -H "$2" -type l 2>/dev/null | while IFS= read -r entry; do
			[ -e "$entry" ] || { broken "$1" "$entry" && break; }
		done
	else
		for entry in "$2"/*; do
			[ -e "$entry" ] || [ ! -L "$entry" ] || broken "$1" "$entry"
		done
	fi
}

broken() {
	printf 'broken %s ' "$1"
	ls -ldn "$2" 2>/dev/null || echo
}

# lines KEY < FILE: its first lines, as they are, each behind KEY.
lines() {
	n=0
	while [ "$n" -lt 100 ] && { IFS= read -r line || [ -n "$line" ]; }; do
		printf '%s %s\n' "$1" "$line"
		n=$((n + 1))
	done
}

# parts compares what only a boot brings of the two systems. A name that leads
# to one file is the same; the kernel's parameters are a file in each system.
parts() {
	[ -d run/booted-system ] && [ -d run/current-system ] || return 0
	for part in kernel initrd kernel-modules kernel-params systemd; do
		one=run/booted-system/$part two=run/current-system/$part
		[ -e "$one" ] || [ -e "$two" ] || continue
		if [ "$one" -ef "$two" ]; then
			echo "part $part same"
		elif [ -f "$one" ] && [ -f "$two" ] && [ "$part" = kernel-params ] &&
			{ IFS= read -r a <"$one" || :; } && { IFS= read -r b <"$two" || :; } && [ "$a" = "$b" ]; then
			echo "part $part same"
		else
			echo "part $part other"
		fi
	done
}

# soon COMMAND...: its output, unless that takes long.
soon() {
	if command -v timeout >/dev/null 2>&1; then timeout 5 "$@" 2>/dev/null; else "$@" 2>/dev/null; fi
}

# units says how systemd is, and asks for names only where a unit has failed.
units() {
	[ -d /run/systemd/system ] && state=$(soon systemctl show -p SystemState -p NFailedUnits) || return 0
	set -f
	# shellcheck disable=SC2086 # each of its words is a line
	printf 'systemd %s\n' $state
	set +f
	case $state in *NFailedUnits=[1-9]*) ;; *) return 0 ;; esac
	soon systemctl list-units --state=failed --plain --no-legend --no-pager --full | lines failed
}

# space NAME DIRECTORY: the size of its file system, as POSIX has df say it.
space() {
	[ -d "$2" ] && size=$(df -Pk "$2" 2>/dev/null) && printf 'space %s %s\n' "$1" "${size##*
}"
}

# version says what revision the running system was made of, and which Nix
# there is where no link has said it.
version() {
	if [ -r run/current-system/darwin-version.json ]; then
		lines version <run/current-system/darwin-version.json
	elif [ -x run/current-system/sw/bin/nixos-version ]; then
		run/current-system/sw/bin/nixos-version --json 2>/dev/null | lines version
	fi
	[ -L run/current-system/sw/bin/nix ] || [ -L nix/var/nix/profiles/default/bin/nix ] ||
		! command -v nix >/dev/null 2>&1 || nix --version 2>/dev/null | lines nix
	if [ -S nix/var/nix/daemon-socket/socket ]; then
		echo 'daemon yes'
	elif [ -d nix/var/nix ]; then
		echo 'daemon no'
	fi
}

# ls says where links lead: readlink is not POSIX, and this is one process
# however many generations there are.
if cd "$root/"; then
	nixes=
	[ -n "$only" ] || nixes='run/current-system/sw/bin/nix nix/var/nix/profiles/default/bin/nix'
	# shellcheck disable=SC2086 # none or two
	ls -ldn run/current-system run/booted-system \
		nix/var/nix/profiles/system nix/var/nix/profiles/system-*-link $nixes 2>/dev/null
	look current-system run/current-system
	[ run/current-system -ef nix/var/nix/profiles/system ] || look system nix/var/nix/profiles/system
	[ -n "$only" ] || parts
	if [ -r run/assay/current ]; then
		lines guard <run/assay/current
	elif [ -r nix/var/nix/assay/due ]; then # since before it was booted
		lines guard <nix/var/nix/assay/due
	fi
	[ -n "$only" ] || [ ! -r run/current-system/switch-inhibitors ] || lines inhibitor <run/current-system/switch-inhibitors
	[ -n "$root$only" ] || version
fi
if [ -n "$only" ]; then
	if [ -z "$root" ] && [ -r /proc/sys/kernel/random/boot_id ]; then
		read -r up </proc/sys/kernel/random/boot_id && printf 'boot %s\n' "$up"
	elif [ -z "$root" ] && up=$(sysctl kern.bootsessionuuid 2>/dev/null); then
		printf '%s\n' "$up" | lines sysctl
	fi
	printf 'end\n'
	exit
fi
printf 'kernel '
uname -sr || echo
if [ -z "$root" ]; then
	if [ -r /proc/uptime ]; then
		read -r up rest </proc/uptime && printf 'uptime %s\n' "$up"
		read -r up </proc/loadavg && printf 'load %s\n' "$up"
		read -r up </proc/sys/kernel/random/boot_id && printf 'boot %s\n' "$up"
	elif up=$(sysctl kern.boottime vm.loadavg kern.bootsessionuuid 2>/dev/null) || [ -n "$up" ]; then
		printf '%s\n' "$up" | lines sysctl
		printf 'now %s\n' "$(date +%s)"
	fi
	printf 'user '
	id -u || echo
	space nix /nix
	space boot /boot
	units
fi
printf 'end\n'
