# activate ID GOAL CLASS SYSTEM EXPECT GENERATION GUARD OPERATOR VALID, the script
# itself on standard input: starts the activation and stays with it to its end.
# VALID is "valid" where Nix has just said that the store knows the system.

# busy WHAT: somebody else is at work.
busy() { refuse 43 "$1; nothing was changed; hint: try again when it has ended"; }

# whose FILE: the activation that a state tells of, in words.
whose() {
	at=$(field at "$1")
	when=$(date -d "@$at" +%H:%M:%S 2>/dev/null || date -r "$at" +%H:%M:%S 2>/dev/null || echo "$at")
	printf '%s of %s, since %s' "$(field id "$1")" "$(field operator "$1")" "$when"
}

# works ID JOB: whether a job of an activation is at work, or is to be by a
# timer; systemd was asked for all units at once. A confirmation holds the lock,
# or has the return still before it.
works() {
	[ ! -e "$base/$1/over-$2" ] || return 1
	if [ -n "$systemd" ]; then
		case " $units" in
		*[[:space:]]"assay-$2-$1.service "* | *[[:space:]]"assay-$2-$1.timer "*) return 0 ;;
		esac
		return 1
	fi
	(id=$1 dir=$base/$1 && at_work "$2")
}

# transient: whether there are units of ours or of nixos-rebuild, at work or
# not. All of these are transient, and such a unit has a file for as long as
# systemd knows it.
transient() {
	for file in /run/systemd/transient/assay-* /run/systemd/transient/nixos-rebuild-switch-to-configuration*; do
		[ ! -e "$file" ] || return 0
	done
	return 1
}

# alone refuses while somebody else changes this host. The caller then holds
# the lock.
alone() {
	if ! try_lock; then
		[ "$(field state "$base/current")" != failed ] || busy "it is trying to return from $(whose "$base/current")"
		busy "another activation runs on this host: $(whose "$base/holder")"
	fi
	units=
	[ -z "$systemd" ] || ! transient || units=$(systemctl list-units --plain --no-legend --no-pager --full --state=active,activating,deactivating,reloading \
		'assay-*' 'nixos-rebuild-switch-to-configuration*.service' 2>/dev/null || :)
	say id "$base/holder"
	other=$value
	if [ -n "$other" ] && { works "$other" activate || works "$other" boot || works "$other" confirm; }; then
		busy "another activation runs on this host: $(whose "$base/holder")"
	fi
	say id "$base/current"
	other=$value
	say state "$base/current"
	case $value in
	armed | confirmed) # a confirmation that was killed leaves the return
		if [ -n "$other" ] && [ "$other" != "$id" ] && works "$other" rollback; then
			busy "another activation waits to be confirmed: $(whose "$base/current")"
		fi
		;;
	esac
	case $units in
	*nixos-rebuild-switch-*)
		rebuild=${units#*nixos-rebuild-switch-}
		busy "nixos-rebuild is at work: nixos-rebuild-switch-${rebuild%% *}"
		;;
	esac
	if [ -e /run/nixos/switch-to-configuration.lock ] && have flock &&
		! flock -n 7 7</run/nixos/switch-to-configuration.lock; then
		busy 'switch-to-configuration is at work: it holds /run/nixos/switch-to-configuration.lock'
	fi
}

# is_system PATH refuses what the class cannot run.
is_system() {
	[ -d "$1" ] || refuse 46 "the host lacks $1; hint: it must be copied first"
	if [ -z "$valid" ] && have nix-store && ! nix-store --check-validity "$1" 2>/dev/null; then
		refuse 46 "the host's store does not know $1; hint: it must be copied first"
	fi
	if [ "$class" = darwin ]; then
		[ -x "$1/activate" ] || refuse 46 "$1 is no nix-darwin system: it has no activate"
		[ ! -x "$1/activate-user" ] || grep -q '^# nix-darwin: deprecated$' "$1/activate-user" ||
			refuse 46 "$1 wants activate-user to be run by its user, as nix-darwin did before 25.05; nothing was changed; hint: update nix-darwin"
	else
		[ -x "$1/bin/switch-to-configuration" ] || refuse 46 "$1 is no NixOS system: it has no bin/switch-to-configuration"
	fi
}

expected() {
	real /run/current-system
	now=$value
	[ -z "$expect" ] || [ "$now" = "$expect" ] ||
		refuse 41 "the host runs ${now##*/}, the plan was made from ${expect##*/}"
	[ "$generation" -eq 0 ] || [ "$(readlink -f "$profile-$generation-link")" = "$system" ] ||
		refuse 46 "generation $generation of the host is not ${system##*/}; hint: plan again"
}

# tidy removes what earlier activations have left; the current one's is kept
# for its console.
tidy() {
	say id "$base/current"
	kept=${value:-.}
	set --
	for left in "$base"/*/; do
		left=${left%/}
		[ "${left##*/}" = "$kept" ] || [ ! -d "$left" ] || set -- "$@" "$left"
	done
	[ $# -eq 0 ] || rm -rf -- "$@"
	set --
	for left in "${roots%/*}"/assay-*; do
		[ -e "$left" ] || [ ! -L "$left" ] || set -- "$@" "$left"
	done
	[ $# -eq 0 ] || rm -f -- "$@"
}

# record writes down where the host stands.
record() {
	private "$dir"
	tool=$(cat)
	case $tool in *'
# the end') ;; *) refuse 47 'the script did not come whole on standard input' ;; esac
	note tool "$tool"
	note to "$system"
	note goal "$goal"
	note class "$class"
	note generation "$generation"
	note guard "$guard"
	note operator "$operator"
	clock
	note began "$began"
	note link "$(readlink "$profile" 2>/dev/null || :)"
	failed_units >"$dir/failed"
	# The activation itself may take three times as long as the wait after it,
	# and never less than ten seconds.
	limit=$((3 * guard))
	[ "$limit" -ge 10 ] || limit=10
	monotonic
	note deadline "$((value + limit))"
	real /run/current-system
	note from "$value" # what is not whole yet is nothing, and known to nobody
}

# keep_paths holds both systems against the garbage collector, through links
# that it removes itself when the host has been restarted.
keep_paths() {
	[ -d "${roots%/*}" ] || mkdir -p "${roots%/*}"
	for end in from to; do
		load "$end"
		ln -sfn "$value" "$dir/assay-$id-$end"
	done
	ln -sf "$dir/assay-$id-from" "$dir/assay-$id-to" "${roots%/*}/"
}

begin() {
	expected
	is_system "$system"
	take_over
	tidy
	record
	: >"$base/holder"
	why=
	case $goal in
	switch | test) why=$(inhibited "$system") ;;
	esac
	if [ -n "$why" ] && [ "$goal" = test ]; then
		rm -rf "$dir"
		refuse 42 "the new system needs a reboot ($why changed); hint: --goal boot"
	fi
	if [ -n "$why" ] || [ "$goal" = boot ]; then
		[ -z "$why" ] || put pending "$why changed"
		note job boot
		keep_paths
	else
		load from
		[ -n "$value" ] && [ -d "$value" ] || refuse 46 'the host runs no system that it could return to; nothing was changed'
		note job activate
		keep_paths
		say_state armed
		arm
	fi
	clock
	printf 'id %s\noperator %s\nat %s\n' "$id" "$operator" "$at" >"$base/holder"
	load job
	launch "$value" # it waits for the lock, which nobody else gets before it runs
	free_lock
}

activate() {
	goal=$3 class=$4 system=$5 expect=$6 generation=$7 guard=$8 operator=$9 valid=${10}
	[ -O /etc ] || [ "$(id -u)" -eq 0 ] || refuse 48 'only root can activate a system'
	[ -z "$systemd" ] || have flock || refuse 46 'the host has no flock; nothing was changed'
	[ -d "$base" ] || mkdir -p "$base"
	[ -d "$base" ] && [ ! -L "$base" ] && [ -O "$base" ] || refuse 46 "$base is not a directory of root"
	# Whoever can read the lock can hold it.
	! have flock || (umask 077 && true >>"$base/lock" && chmod 0600 "$base/lock")
	load from
	[ -z "$value" ] || refuse 47 'there is an activation of this name already'
	alone
	begin
	conclude
}

# conclude follows the activation to its end and says what became of it.
conclude() {
	load job
	job=$value
	follow "${job:-activate}"
	load "result-${job:-activate}"
	result=$value
	case $job:$result in
	boot:0) pending ;;
	activate:0) sound ;;
	activate:4) sound ;;
	activate:100)
		if [ "$(get goal)" = switch ]; then
			follow boot
			[ "$(get result-boot)" != 0 ] || pending
		fi
		;;
	esac
	gone_wrong "$job" "$result"
}

# pending is the end of what runs from the next boot on.
pending() {
	[ "$(get goal)" = switch ] || exit 0
	refuse 52 "it boots the new system and runs the former one until it is rebooted: $(get pending)"
}

# sound is the end of an activation that may wait to be confirmed.
sound() {
	is armed && [ ! -e "$dir/now" ] || gone_wrong activate 0
	[ "$result" != 0 ] || exit 0 # whoever confirms looks for units that have failed
	newly_failed
	[ -z "$new" ] || refuse 53 "$(printf %s "$new" | sed 's/ /, /g') failed"
	printf 'units that had failed before still fail: %s\n' "$(tr '\n' ' ' <"$dir/failed")"
	exit 0
}

# gone_wrong says how an activation failed, and waits for its return.
gone_wrong() { # JOB RESULT
	what="the activation"
	[ "$1" != boot ] || what="making it what boots"
	case $2 in
	0 | 4) what="$what was not confirmed within $(get guard) seconds" ;;
	[0-9]*) what="$what failed with exit status $2" ;;
	'') what="$what ended without a result" ;;
	*) what="$what was ended by $2" ;;
	esac
	if [ "$1" = boot ]; then
		refuse 50 "$what; the host boots and runs what it did before"
	fi
	come_back "$what"
}

# come_back WHY follows the return and says whether it worked.
come_back() {
	await_return 0
	case $(state) in
	rolled-back) refuse 50 "$1; the host returned to its former system by itself" ;;
	esac
	refuse 51 "$1; $(not_yet)"
}

# not_yet says why a return is still due.
not_yet() { printf 'the host could not return to its former system yet, and tries again: %s' "$(get trouble)"; }
