# What a host owes: a return that has failed, or a change of the profile and the
# boot loader that has begun. $owed has a copy of the activation's directory for
# as long, which outlives a restart as /run does not; $owed/due tells everybody
# in the words of $base/current. At boot a unit takes it up: it lies where
# systemd keeps what is set on a host itself, which no system's own units touch.
# Where that cannot be written, and on a Mac, the next activation takes it up.

owed=/nix/var/nix/assay
boot_units=/etc/systemd/system.control

# owe WHY writes it down, so that it is on the disk when this returns.
owe() {
	mkdir -p -m 0700 "$owed/.$id"
	cp -f "$dir/tool" "$dir/from" "$dir/to" "$dir/link" "$dir/class" "$dir/goal" "$dir/generation" "$dir/guard" "$dir/operator" "$owed/.$id/" || return 1
	[ ! -e "$owed/$id" ] || rm -rf "${owed:?}/$id"
	mv -f "$owed/.$id" "$owed/$id" || return 1
	standing >"$owed/.due"
	printf 'state failed\ntrouble %s\n' "$1" >>"$owed/.due"
	mv -f "$owed/.due" "$owed/due" || return 1
	at_boot 2>/dev/null || :
	sync "$owed/$id"/* "$owed/due" "$owed" 2>/dev/null || sync
}

# standing prints the state of the activation without what changes in it.
standing() {
	say id "$base/current"
	[ "$value" = "$id" ] || echo "id $id"
	[ "$value" != "$id" ] || while IFS= read -r line; do
		case $line in 'state '* | 'until '* | 'trouble '*) ;; *) printf '%s\n' "$line" ;; esac
	done <"$base/current"
}

# at_boot has systemd take it up.
at_boot() {
	[ -n "$systemd" ] || return 0
	mkdir -p "$boot_units/multi-user.target.wants" || return 1
	printf '%s\n' '[Unit]' 'Description=Bring back what assay could not' 'After=local-fs.target' \
		'[Service]' 'Type=oneshot' "ExecStart=/bin/sh $owed/$id/tool resume $id" >"$boot_units/assay-owed.service" || return 1
	ln -sf ../assay-owed.service "$boot_units/multi-user.target.wants/assay-owed.service"
}

# owe_nothing FILE... ends it, and removes the files.
owe_nothing() {
	if [ ! -e "$owed/$id" ]; then
		[ $# -eq 0 ] || rm -f "$@"
		return 0
	fi
	rm -rf "${owed:?}/$id" "$owed/due" "$boot_units/multi-user.target.wants/assay-owed.service" "$boot_units/assay-owed.service" "$@"
	rmdir "$owed" "$boot_units/multi-user.target.wants" "$boot_units" 2>/dev/null || :
	case $systemd$verb in yesrollback | yesresume) systemctl daemon-reload || : ;; esac # it may have read the unit
}

# take_over ends what the host tries to return from: another change begins, and
# the caller holds the lock, so that it is at no try. What could not be put back
# of the profile is tried once more.
take_over() {
	for left in "$owed"/*/; do
		[ -d "$left" ] || continue
		left=${left%/}
		(id=${left##*/} dir=$left && put_profile_back && owe_nothing) || :
	done
	say id "$base/current"
	other=$value
	say state "$base/current"
	if [ -n "$other" ] && [ "$value" = failed ]; then
		(id=$other dir=$base/$other roots=${roots%/*}/assay-$other && disarm)
		rm -f "$base/current"
	fi
}

# resume ID is what the host does at boot. It boots the former system, or the new
# one, where the boot loader had it already; whatever else it boots, somebody has
# chosen.
resume() {
	[ -d "$owed/$id" ] || exit 0
	mkdir -p "$base"
	[ ! -e "$base/current" ] || exit 0
	private "$dir"
	cp -f "$owed/$id"/* "$dir/"
	: >"$dir/failed"
	put deadline 0
	keep_paths
	now=$(running) from=$(get from)
	try_lock || exit 0
	put trouble "$(field trouble "$owed/due")"
	say_state failed
	if [ "$now" = "$(get to)" ] && [ "$(get trouble)" = 'it was restarted while it changed what boots' ] && keep_it; then
		say_state "done"
		disarm
		exit 0
	fi
	if [ "$now" != "$(get to)" ]; then
		trouble=
		put_profile_back || trouble='the profile or the boot loader could not be put back'
		! returned || exit 0
	fi
	free_lock
	return_now
}
