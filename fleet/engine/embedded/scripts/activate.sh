# activate SYSTEM GOAL CLASS EXPECT GENERATION
#
# Makes the host run a system that is in its store.
#   SYSTEM      its store path
#   GOAL        switch, boot, test or dry-activate
#   CLASS       nixos or darwin
#   EXPECT      store path that must be running now; empty: whatever it is
#   GENERATION  number of an existing generation to return to; 0: a new one
#
# Links below /etc and in homes lead through run/current-system, so one rename
# changes all files at once. Before it, links for new names are made; after it,
# those for names that are gone are removed. Killed anywhere, current-system
# is a complete system, the old or the new one; the next activation tidies up.
system=$1 goal=$2 class=$3 expect=$4 generation=$5
for path in "$system" "$expect"; do
	case $path in
	*..* | /nix/store/*/*) refuse 47 'not a store path' ;;
	/nix/store/?*) ;;
	*) [ -z "$path" ] && [ -n "$system" ] || refuse 47 'not a store path' ;;
	esac
done
case $generation in *[!0-9]* | '') refuse 47 'not the number of a generation' ;; esac
case $class:$goal in
nixos:switch | nixos:boot | nixos:test | nixos:dry-activate) ;;
darwin:switch | darwin:test | darwin:dry-activate) ;;
*) refuse 42 "there is no goal $goal on a $class host" ;;
esac

sys=$root$system
current=$root/run/current-system
profiles=$root/nix/var/nix/profiles
tab='	'

# take_lock lets one activation of this host through. Everyone leaves a file
# that is named after the process and its start, then looks whether another
# such process lives; at most one finds none. A dead process holds nothing,
# whatever it left.
take_lock() {
	mkdir -p "$root/run/activating"
	trap 'rm -f -- "$root/run/activating/$me"' EXIT
	trap 'exit 1' HUP INT TERM
	: >"$root/run/activating/$me"
	for other in "$root/run/activating"/*; do
		other=${other##*/}
		[ "$other" != "$me" ] || continue
		! alive "$other" || refuse 43 "another activation runs on this host, process ${other%%.*}; hint: try again when it has ended"
		rm -f -- "$root/run/activating/$other"
	done
	for left in "$root/run"/.assay-link.*; do # of activations that were killed
		[ ! -L "$left" ] || rm -f -- "$left"
	done
}

# point LINK TEXT makes or replaces a symbolic link in one step. mv -T is
# GNU's and busybox's, -h is that of macOS and the BSDs, perl is for a mv that
# has neither; a mv without the option refuses before it does anything.
point() {
	if [ ! -e "$1" ] && [ ! -L "$1" ]; then
		ln -s "$2" "$1"
		return
	fi
	ln -s "$2" "$root/run/.assay-link.$me"
	mv -fT "$root/run/.assay-link.$me" "$1" 2>/dev/null ||
		mv -fh "$root/run/.assay-link.$me" "$1" 2>/dev/null ||
		perl -e 'rename($ARGV[0], $ARGV[1]) or (warn("$ARGV[1]: $!\n"), exit(1))' "$root/run/.assay-link.$me" "$1"
}

# ours LINK: whether this script made the link below /etc or in a home. Its
# text leads to the same file of the current system.
ours() {
	[ -L "$1" ] || return 1
	at=${1#"$root/"}
	case $at in
	Users/*) at=home/${at#Users/} ;;
	root/*) at=home/$at ;;
	var/root/*) at=home/${at#var/} ;;
	esac
	text=$(readlink "$1") || return 1
	case $text in
	../*run/current-system/"$at") return 0 ;;
	esac
	return 1
}

# free PLACE: refuses when a link at that place below the root would replace
# something that this script did not make, or would lie outside of the root.
checked=
free() {
	parent=${1%/*}
	if [ "$parent" != "$checked" ]; then
		walked=$root rest=$parent/
		while [ -n "$rest" ]; do
			walked=$walked/${rest%%/*} rest=${rest#*/}
			if [ -L "$walked" ]; then
				ours "$walked" || taken "$walked"
				break
			fi
			[ -d "$walked" ] || [ ! -e "$walked" ] || taken "$walked"
		done
		checked=$parent
	fi
	place=$root/$1
	if [ -L "$place" ]; then
		ours "$place" || taken "$place"
	elif [ -d "$place" ]; then
		find "$place" ! -type d | {
			while IFS= read -r inner; do ours "$inner" || exit 1; done
		} || taken "$place"
	elif [ -e "$place" ]; then
		taken "$place"
	fi
}

taken() {
	refuse 44 "${1#"$root"} is there and was not put there by an activation; nothing was changed; hint: move it away"
}

# parents PLACE makes the directories above a place.
parents() {
	[ ! -d "$root/${1%/*}" ] || [ -L "$root/${1%/*}" ] || return 0
	walked=$root rest=${1%/*}/
	while [ -n "$rest" ]; do # a file of the old system where the new one has a directory
		walked=$walked/${rest%%/*} rest=${rest#*/}
		[ ! -L "$walked" ] || rm -f -- "$walked"
	done
	mkdir -p "$walked"
}

# put PLACE TEXT makes or replaces one link of the system.
put() {
	parents "$1"
	if [ -d "$root/$1" ] && [ ! -L "$root/$1" ]; then # a directory of the old system
		find "$root/$1" -type l -exec rm -f -- {} +
		find "$root/$1" -depth -type d -exec rmdir -- {} \;
	fi
	point "$root/$1" "$2"
}

# put_new DIRECTORY TEXT... makes links where nothing is: ln takes their names
# from the ends of their texts.
put_new() {
	into=$1
	shift
	[ $# -eq 0 ] || ln -s "$@" "$root/$into/"
}

# put_all makes the links that the system needs. A program is slow to start, so
# new links of one directory are made by one ln.
put_all() {
	set --
	dir=
	while IFS=$tab read -r source object text place; do
		# What leads to the current system's file of that name is right already.
		if [ -z "$place" ] || { [ -L "$root/$place" ] && [ "$root/$place" -ef "$current/$source" ]; }; then
			continue
		elif [ -e "$root/$place" ] || [ -L "$root/$place" ] || [ "${text##*/}" != "${place##*/}" ]; then
			put "$place" "$text"
			continue
		fi
		if [ "$dir" != "${place%/*}" ] || [ $# -ge 100 ]; then
			put_new "$dir" "$@"
			set --
			dir=${place%/*}
			parents "$place"
		fi
		set -- "$@" "$text"
	done <"$sys/links"
	put_new "$dir" "$@"
}

# changes WORDS...: says what differs from the current system, a line each.
changes() {
	while IFS=$tab read -r source object text place; do
		if [ -z "$place" ] || [ "$sys/$source" -ef "$current/$source" ]; then
			continue
		elif [ -e "$current/$source" ]; then
			printf '%schange /%s\n' "$1" "$place"
		else
			printf '%sadd /%s\n' "$1" "$place"
		fi
	done <"$sys/links"
	[ -f "$current/links" ] || return 0
	while IFS=$tab read -r source object text place; do
		[ -z "$place" ] || [ -e "$sys/$source" ] || printf '%sremove /%s\n' "$1" "$place"
	done <"$current/links"
}

# remove_stale removes links that this script made and that lead nowhere now,
# and the directories that become empty.
remove_stale() {
	set --
	for dir in etc home Users root var/root; do
		[ ! -d "$root/$dir" ] || [ -L "$root/$dir" ] || set -- "$@" "$root/$dir"
	done
	[ $# -gt 0 ] || return 0
	find "$@" -type l | while IFS= read -r left; do
		[ ! -e "$left" ] && ours "$left" || continue
		rm -f -- "$left"
		dir=${left%/*}
		while :; do
			case ${dir#"$root/"} in
			etc/* | home/*/* | Users/*/* | root/* | var/root/*) rmdir -- "$dir" 2>/dev/null || break ;;
			*) break ;;
			esac
			dir=${dir%/*}
		done
	done
}

# newest sets number to that of the newest generation, 0 when there is none.
newest() {
	number=0
	for entry in "$profiles"/system-*-link; do
		n=${entry##*/system-} n=${n%-link}
		case $n in '' | *[!0-9]* | 0* | ??????????*) continue ;; esac
		[ "$n" -le "$number" ] || number=$n
	done
}

# register makes the system what boots next, under its number.
register() {
	mkdir -p "$profiles"
	if [ "$generation" -ne 0 ]; then
		number=$generation
	else
		newest
		if [ "$number" -eq 0 ] || [ ! "$profiles/system-$number-link" -ef "$sys" ]; then
			number=$((number + 1))
			point "$profiles/system-$number-link" "../../../store/${system##*/}"
		fi
	fi
	if [ ! "$profiles/system" -ef "$profiles/system-$number-link" ] ||
		[ "$(readlink "$profiles/system")" != "system-$number-link" ]; then
		point "$profiles/system" "system-$number-link"
	fi
	printf 'generation %s is what boots next\n' "$number"
}

if [ ! -d "$sys" ] || [ -L "$sys" ] || [ ! -f "$sys/links" ]; then
	refuse 46 "the host lacks $system; hint: it must be copied first"
fi
[ "$goal" = dry-activate ] || take_lock
if [ -n "$expect" ] && [ ! "$current" -ef "$root$expect" ]; then
	now=$(readlink "$current") || now=nothing
	[ "${now##*/}" = "${expect##*/}" ] && [ ! -e "$current" ] ||
		refuse 41 "the host runs ${now##*/}, the plan was made from ${expect##*/}"
	printf 'the running system %s is missing on the host\n' "${now##*/}"
fi
if [ "$generation" -ne 0 ] && [ ! "$profiles/system-$generation-link" -ef "$sys" ]; then
	refuse 46 "generation $generation of the host is not ${system##*/}; hint: plan again"
fi
while IFS=$tab read -r source object text place; do
	[ "$sys/$source" -ef "$root/nix/store/$object" ] ||
		refuse 46 "the host lacks /nix/store/$object, or $system is damaged at $source; hint: plan again"
	case /$place/ in
	//) continue ;; # it stays inside of the system
	*/../* | */./* | *//*) inside=no ;;
	/etc/?* | /home/?*/?* | /Users/?*/?* | /root/?* | /var/root/?*) inside=yes ;;
	*) inside=no ;;
	esac
	[ $inside = yes ] || refuse 46 "$system is damaged: it has a place for $source that is neither below /etc nor in a home"
	# What leads to the current system's file of that name need not be asked.
	[ "$goal" = boot ] || [ "$root/$place" -ef "$current/$source" ] || free "$place"
done <"$sys/links"

if [ "$goal" = dry-activate ]; then
	changes 'would '
	[ "$current" -ef "$sys" ] || printf 'would run %s\n' "${system##*/}"
	exit 0
fi
if [ "$goal" != boot ]; then
	changes ''
	put_all
	[ "$current" -ef "$sys" ] || point "$current" "../nix/store/${system##*/}"
	[ -L "$root/run/booted-system" ] || point "$root/run/booted-system" "../nix/store/${system##*/}"
	while IFS=$tab read -r source object text place; do
		[ -z "$place" ] || [ "$root/$place" -ef "$sys/$source" ] || put "$place" "$text"
	done <"$sys/links"
	remove_stale
	printf 'running %s\n' "${system##*/}"
fi
case $goal in
switch | boot) register ;;
esac
