export LC_ALL=C
root=${ASSAY_ROOT:-}
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

# ls says where links lead: readlink is not POSIX, and this is one process
# however many generations there are.
if cd "$root/"; then
	ls -ldn run/current-system run/booted-system \
		nix/var/nix/profiles/system nix/var/nix/profiles/system-*-link 2>/dev/null
	look current-system run/current-system
	[ run/current-system -ef nix/var/nix/profiles/system ] || look system nix/var/nix/profiles/system
fi
printf 'kernel '
uname -sr || echo
if [ -z "$root" ]; then
	if [ -r /proc/uptime ]; then
		read -r up rest </proc/uptime && printf 'uptime %s\n' "$up"
	elif up=$(sysctl -n kern.boottime 2>/dev/null); then
		printf 'boottime %s\nnow %s\n' "$up" "$(date +%s)"
	fi
fi
printf 'end\n'
