# work ID JOB does the job, ended ID JOB follows it, whatever ended it. Both run
# detached.

work() {
	! is_unit "$1" || live "$1"
	take_lock 30 || refuse 43 'the lock of this host is not free'
	code=0
	case $1 in
	activate) load to && switch_now "$value" || code=$? ;;
	boot) keep_it || code=$? ;;
	confirm) confirm_work || code=$? ;;
	esac
	note "result-$1" "$code"
	follows "$1"
	free_lock
	! is_unit "$1" || echo "assay: $1 is over" # the last line of its log
	mark "over-$1"
}

# ended JOB is what another process does where the job could not.
ended() {
	follows "$1"
	mark "over-$1"
}

# follows JOB does what its result asks for.
follows() {
	load "result-$1"
	if [ -z "$value" ]; then
		put "result-$1" "${SERVICE_RESULT:-a signal}${EXIT_STATUS:+ $EXIT_STATUS}"
		load "result-$1"
	fi
	case $1:$value in
	activate:0 | activate:4)
		load guard
		wait=$value
		monotonic
		put deadline "$((value + wait))"
		! is armed || say_state armed
		;;
	activate:100)
		if [ "$(get goal)" = switch ]; then
			put pending 'it cannot take over from the running init'
			free_lock
			launch boot
		else
			return_now
		fi
		;;
	activate:*) return_now ;;
	boot:0)
		say_state "done"
		disarm
		;;
	boot:*)
		if is armed; then return_now; else
			say_state rolled-back
			disarm
		fi
		;;
	esac
}

# confirm_work makes what runs last. It is the only thing that ends the guard
# but the return itself, and both hold the lock.
confirm_work() {
	! is "done" || return 0
	if ! is armed confirmed || [ -e "$dir/now" ] || [ -e "$dir/rolling" ]; then
		return 60
	fi
	load to
	runs "$value" || return 61
	whole "$value" || return 65
	newly_failed
	note units "$new"
	[ -z "$new" ] || return 62
	load goal
	goal=$value
	if [ "$goal" = switch ] && others_profile; then
		return 64
	fi
	say_state confirmed || return 1
	if [ "$goal" = switch ] && ! keep_it; then
		return_now
		return 63
	fi
	say_state "done"
	disarm
}

# rollback ID waits until the guard's time is over, or until it is told to
# return now, and returns. Where that fails it tries again for as long as nobody
# changes the host otherwise, after pauses that grow up to a minute.
rollback() {
	until [ -e "$dir/now" ] || overdue; do
		is armed confirmed || exit 0
		if [ -z "$systemd" ] && [ -n "$(get pid-activate)" ] && [ -z "$(get result-activate)" ] && ! at_work activate; then
			ended activate # it was killed
		fi
		sleep 0.5
	done
	mark now
	halt activate
	if ! take_lock 120; then # a confirmation that takes so long has failed
		halt confirm
		halt boot
		take_lock 10 || :
	fi
	pause=1
	while :; do
		is armed confirmed failed || exit 0
		mark rolling
		echo "returning to $(get from)"
		! way_back || exit 0
		saw=$(running)
		free_lock
		wait_again
		until take_lock 60; do :; done
		if [ "$(running)" != "$saw" ]; then # it is for who did it to say what follows
			echo "somebody else has made it run $(running)"
			rm -f "$base/current"
			disarm
			exit 0
		fi
	done
}

# overdue: whether the guard's time is over.
overdue() {
	load deadline
	due=$value
	monotonic
	[ "$value" -ge "$due" ]
}

# wait_again waits before the next try, twice as long as before the last one, or
# until somebody wants it at once.
wait_again() {
	waited=0
	until [ "$waited" -ge "$pause" ] || [ -e "$dir/again" ]; do
		sleep 1
		waited=$((waited + 1))
	done
	rm -f "$dir/again"
	pause=$((pause * 2))
	[ "$pause" -le 60 ] || pause=60
}

# way_back does it, or fails. Checks that could refuse a change do not hold it
# up.
way_back() {
	export NIXOS_NO_CHECK=1
	code=0
	switch_now "$(get from)" || code=$?
	trouble=
	put_profile_back || trouble='the profile or the boot loader could not be put back'
	[ "$(running)" = "$(get from)" ] || trouble="${trouble:+$trouble; }it runs $(running)"
	case $code in 0 | 4) ;; *) trouble="${trouble:+$trouble; }the activation of its former system exits with $code" ;; esac
	returned
}

# returned says what became of a return, in trouble, and fails where there is
# any.
returned() {
	put trouble "$trouble" || :
	tries=$(get tries)
	put tries "$((${tries:-0} + 1))" || :
	if [ -n "$trouble" ]; then
		echo "it could not return: $trouble; it is tried again"
		say_state failed || :
		owe "$trouble" || :
		return 1
	fi
	echo 'returned: all is as it was'
	say_state rolled-back || :
	disarm
}
