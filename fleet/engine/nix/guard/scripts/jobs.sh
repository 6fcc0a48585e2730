# Jobs are what must not end with the connection: activate, boot, confirm, and
# rollback. Where systemd runs they are transient units assay-JOB-ID; their
# files lie in /run/systemd/transient, which no switch to another system
# touches. Elsewhere they are processes in sessions of their own, and so is
# confirm everywhere: it restarts nothing, and where it is killed the return is
# still armed.

systemd=
[ ! -d /run/systemd/system ] || systemd=yes

shell=
# find_shell sets it to what runs jobs, which a switch does not replace.
find_shell() {
	[ -z "$shell" ] || return 0
	load shell
	shell=$value
	[ -z "$shell" ] || [ ! -x "$shell" ] || return 0
	shell=$(readlink -f /bin/sh 2>/dev/null || echo /bin/sh)
	[ ! -d "$dir" ] || note shell "$shell"
}

# is_unit JOB
is_unit() { [ -n "$systemd" ] && [ "$1" != confirm ]; }

# launch JOB starts it, unless it runs.
launch() {
	if [ -e "$dir/begun-$1" ]; then
		! at_work "$1" || return 0
		rm -f "$dir/result-$1" "$dir/over-$1" "$dir/whole-$1"
		! is_unit "$1" || systemctl reset-failed "assay-$1-$id.service" 2>/dev/null || :
	fi
	mark "begun-$1"
	find_shell
	if is_unit "$1"; then
		name=assay-$1-$id
		set -- "$1" --quiet --unit="$name" --service-type=exec --property=TimeoutStopSec=10 \
			--property="ExecStopPost=$shell -c 'test -e $dir/over-$1 || exec $shell $dir/tool ended $id $1'"
		[ -z "${LOCALE_ARCHIVE:-}" ] || set -- "$@" --setenv="LOCALE_ARCHIVE=$LOCALE_ARCHIVE"
		job=$1
		shift
		systemd-run "$@" -- "$shell" "$dir/tool" work "$id" "$job" 9>&- || at_work "$job"
		return
	fi
	detach "$1" work
}

# detach JOB VERB runs it as a process that nobody waits for, and that has its
# lock from the beginning.
detach() {
	find_shell
	live "$1"
	begin=setsid # which no terminal's end reaches
	if ! have setsid; then
		begin=nohup
		set -m # a process group of its own
	fi
	"$begin" "$shell" "$dir/tool" "$2" "$id" "$1" >>"$dir/log-$1" 2>&1 </dev/null 9>&- &
	echo $! >"$dir/pid-$1"
	exec 8>&-
	set +m
}

# at_work JOB: whether it has been started and has not ended.
at_work() {
	if is_unit "$1"; then
		case $(systemctl show --property=ActiveState --value "assay-$1-$id.service" 2>/dev/null) in
		active | activating | deactivating | reloading) return 0 ;;
		esac
		return 1
	fi
	load "pid-$1"
	alive "$value"
}

# halt JOB ends it, with everything that it has started.
halt() {
	if is_unit "$1"; then
		systemctl stop "assay-$1-$id.service" 2>/dev/null || :
		return
	fi
	pid=$(get "pid-$1")
	alive "$pid" || return 0
	kill -TERM "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null || :
	tries=50
	while alive "$pid" && [ "$tries" -gt 0 ]; do
		tries=$((tries - 1))
		sleep 0.2
	done
	kill -KILL "-$pid" 2>/dev/null || :
}

# follow JOB prints what it says until it ends. What was printed once is not
# printed again, whoever follows. Most jobs end soon; a mark, their last deed,
# says so. The others are looked after about once a second.
follow() {
	naps=0
	[ "$1" != rollback ] || naps=20 # it makes no mark
	while [ ! -e "$dir/over-$1" ]; do
		if [ "$naps" -lt 20 ]; then
			naps=$((naps + 1))
			nap "$1"
		else
			at_work "$1" || break
			print_log "$1"
			naps=15
			[ -n "$systemd" ] && [ -e "$dir/life-$1" ] || sleep 0.2
		fi
	done
	print_log "$1"
	if is_unit "$1" && [ ! -e "$dir/whole-$1" ]; then # the journal may not have all of it yet
		journalctl --sync 2>/dev/null || :
		print_log "$1"
	fi
}

# nap JOB waits a moment, or until the job ends, if that is within a second and
# a lock says that it lives. To ask systemd and the journal more often than that
# would cost the host more than most jobs do.
nap() {
	if [ -z "$systemd" ] || [ ! -e "$dir/life-$1" ]; then
		sleep 0.02
	elif flock -s -w 1 7 7<"$dir/life-$1"; then # it has ended, or not begun
		[ -e "$dir/over-$1" ] || sleep 0.02
	else
		naps=20
	fi
}

# live JOB takes that lock for this process and those that it starts.
live() {
	[ -n "$systemd" ] || return 0
	exec 8>>"$dir/life-$1"
	flock 8
}

print_log() {
	if is_unit "$1"; then
		load "cursor-$1"
		since=$value
		journalctl --quiet --no-pager --output=cat --show-cursor ${since:+"--after-cursor=$since"} \
			"_SYSTEMD_UNIT=assay-$1-$id.service" 2>/dev/null | while IFS= read -r line; do
			case $line in
			'-- cursor: '*) note "cursor-$1" "${line#-- cursor: }" ;;
			"assay: $1 is over") mark "whole-$1" ;;
			*) printf '%s\n' "$line" ;;
			esac
		done
		return
	fi
	[ -s "$dir/log-$1" ] || return 0
	load "cursor-$1"
	seen=$value
	size=$(($(wc -c <"$dir/log-$1")))
	[ "$size" -gt "${seen:-0}" ] || return 0
	tail -c "+$((${seen:-0} + 1))" "$dir/log-$1" | head -c "$((size - ${seen:-0}))"
	note "cursor-$1" "$size"
}

# arm starts what returns by itself: after the guard's time, or at once when it
# is told to.
arm() {
	find_shell
	if [ -n "$systemd" ]; then
		load guard
		systemd-run --quiet --unit="assay-rollback-$id" --on-active="$value" \
			--timer-property=AccuracySec=100ms --service-type=exec --property=Restart=on-failure --property=RestartSec=1 --property=StartLimitIntervalSec=0 \
			-- "$shell" "$dir/tool" rollback "$id" 9>&-
	else
		detach rollback rollback
	fi
}

# return_now lets the rollback wait no longer.
return_now() {
	mark now
	mark again
	! at_work rollback || return 0
	find_shell
	if [ -z "$systemd" ]; then
		detach rollback rollback
	elif ! systemctl start --no-block "assay-rollback-$id.service" 2>/dev/null; then
		systemd-run --quiet --unit="assay-rollback-$id" --service-type=exec --property=Restart=on-failure --property=RestartSec=1 --property=StartLimitIntervalSec=0 \
			-- "$shell" "$dir/tool" rollback "$id" 9>&-
	fi
}

# await_return TRIES follows the return that somebody has asked for until it has
# worked, or has failed more often than TRIES.
await_return() {
	patience=150
	while :; do
		[ -z "$systemd" ] || journalctl --sync 2>/dev/null || :
		print_log rollback
		case $(state) in
		armed | confirmed) ;;
		failed)
			tries=$(get tries)
			[ "${tries:-0}" -le "$1" ] || return 0
			;;
		*) break ;;
		esac
		at_work rollback || patience=$((patience - 1))
		[ "$patience" -gt 0 ] || return 0 # it was killed, or never began
		sleep 0.2
	done
	follow rollback
}

# disarm ends what would return by itself; a rollback that runs this must not
# end itself.
disarm() {
	if [ -z "$systemd" ]; then
		[ "$verb" = rollback ] || halt rollback
	elif [ "$verb" = rollback ]; then
		systemctl stop "assay-rollback-$id.timer" 2>/dev/null || :
	else # the timer first: until it ends it may start anew what has been stopped
		systemctl stop "assay-rollback-$id.timer" "assay-rollback-$id.service" 2>/dev/null || :
	fi
	owe_nothing "$roots-from" "$roots-to" "$dir/assay-$id-from" "$dir/assay-$id-to"
}

# failed_units: the units that have failed, one a line, ours left out.
failed_units() {
	[ -n "$systemd" ] || return 0
	listed=$(systemctl list-units --state=failed --plain --no-legend --no-pager --full 2>/dev/null) || :
	[ -z "$listed" ] || printf '%s\n' "$listed" | while read -r name rest; do
		case $name in assay-* | '') ;; *) printf '%s\n' "$name" ;; esac
	done
}

# newly_failed sets new to those of them that were healthy before, in one line.
newly_failed() {
	new=
	for name in $(failed_units); do
		grep -qxF -e "$name" "$dir/failed" || new="$new $name"
	done
	new=${new# }
}
