# What is done with systems, by class.
#
# NixOS: bin/switch-to-configuration test changes what runs, boot what the
# boot loader starts.
#
# nix-darwin: darwin-rebuild switch sets the profile and then runs activate of
# the system that it leads to, so that a failed activation leaves the profile
# at what has failed. activate itself does not ask the profile; it makes
# /run/current-system lead to its own system as its last step. At boot the daemon
# activate-system takes the profile's. Therefore activate comes first here and the profile last:
# a Mac that restarts in between comes back with what it had.

# switch_now SYSTEM runs it, not at boot.
switch_now() {
	load class
	if [ "$value" = darwin ]; then
		"$1/activate" </dev/null 8>&- 9>&-
	else
		NIXOS_INSTALL_BOOTLOADER=0 "$1/bin/switch-to-configuration" test </dev/null 8>&- 9>&-
	fi
}

# whole SYSTEM notes the first of the links at its top that should lead to a
# store path and leads nowhere, if there is one. Links to elsewhere, and deeper
# inside, may do so. The facts go by the same.
whole() {
	lost=
	[ -d "$1" ] || lost=$1
	for entry in "$1"/*; do
		[ -z "$lost" ] && [ ! -e "$entry" ] && [ -L "$entry" ] || continue
		case $(readlink "$entry") in
		/nix/store/*) lost=$entry ;;
		/* | ../../*) ;;
		*) lost=$entry ;;
		esac
	done
	[ -z "$lost" ] || { note broken "$lost" || :; return 1; }
}

# check_mac SYSTEM has nix-darwin look whether it could activate. activate does
# nothing more where checkActivation is 1; it is begun without its first line,
# which may take that away: #!/usr/bin/env -i SHELL
check_mac() {
	grep -q 'checkActivation:-0' "$1/activate" ||
		refuse 42 'this nix-darwin system cannot say whether it would activate; hint: --goal test'
	interpreter=$(sed -n '1s|^#! *\(/usr/bin/env  *-i  *\)\{0,1\}\(/[^ ]*\)$|\2|p' "$1/activate")
	[ -x "$interpreter" ] || refuse 42 'the first line of activate is none that is known; hint: --goal test'
	checkActivation=1 "$interpreter" "$1/activate" </dev/null 2>&1
}

# switch_boot SYSTEM makes the boot loader start it.
switch_boot() {
	load class
	[ "$value" != darwin ] || return 0
	NIXOS_INSTALL_BOOTLOADER=0 "$1/bin/switch-to-configuration" boot </dev/null 8>&- 9>&-
}

# set_profile makes the profile lead to the new system.
set_profile() {
	load generation
	if [ "$value" -ne 0 ]; then
		nix-env -p "$profile" --switch-generation "$value"
	else
		load to
		nix-env -p "$profile" --set "$value"
	fi
}

# keep_it makes the new system what the profile and the boot loader have; where
# that fails, they have the former one again. The two are changed one after the
# other: a host that loses its power in between puts it right when it is back.
keep_it() {
	owe 'it was restarted while it changed what boots'
	if set_profile && switch_boot "$(get to)"; then
		owe_nothing
		return 0
	fi
	! put_profile_back || owe_nothing
	return 1
}

# others_profile: whether the profile is neither what it was nor the new system.
others_profile() {
	load link
	[ "$(readlink "$profile" 2>/dev/null || :)" != "$value" ] || return 1
	load to
	to=$value
	real "$profile"
	[ "$value" != "$to" ]
}

# put_profile_back makes the profile and the boot loader what they were, where
# the new system has become it; what somebody else has set stays.
# The two are changed one after the other here, too.
put_profile_back() {
	link=$(get link)
	[ -n "$link" ] || return 0
	if [ "$(readlink "$profile")" = "$link" ]; then
		half_back || return 0
	else
		! others_profile || return 0
		half_back || owe 'the profile or the boot loader was being put back' || :
		number=${link#system-}
		nix-env -p "$profile" --switch-generation "${number%-link}" || return 1
	fi
	switch_boot "$(readlink -f "$profile")"
}

# half_back: whether an earlier try may have put back the profile and not the
# boot loader.
half_back() {
	[ "$verb" != work ] && [ -e "$owed/$id" ] || return 1
	case $(field trouble "$owed/due") in 'the profile or the boot loader '* | 'it was restarted while '*) return 0 ;; esac
	return 1
}

# inhibitors SYSTEM: what must not change while it runs, one a line: nixpkgs
# writes store paths or a JSON object of them.
inhibitors() { tr -s '{},' '\n\n\n' <"$1/switch-inhibitors" | sed 's/^[[:space:]]*//; /^$/d'; }

# inhibited SYSTEM: the inhibitors that it has and the running system has not,
# in one line; nothing where one of the two names none. Those with a name count
# where both have that name.
inhibited() {
	real /run/current-system
	now=$value
	[ -e "$now/switch-inhibitors" ] && [ -e "$1/switch-inhibitors" ] || return 0
	! cmp -s "$now/switch-inhibitors" "$1/switch-inhibitors" 2>/dev/null || return 0
	inhibitors "$now" >"$dir/inhibitors"
	inhibitors "$1" | while IFS= read -r line; do
		! grep -qxF -e "$line" "$dir/inhibitors" || continue
		case $line in *:*) grep -qF -e "${line%%:*}:" "$dir/inhibitors" || continue ;; esac
		printf '%s\n' "$line"
	done | sed 's,/nix/store/[0-9a-z]*-,,; s/"//g' | tr '\n' ' ' | sed 's/ $//'
}
