# Jobs are what must not end with the connection: guard, activate, boot, confirm.
# Where systemd runs, guard and boot are transient units assay-JOB-ID; their
# files lie in /run/systemd/transient, which no switch to another system
# touches. activate is a process of the guard's unit, so that nothing is activated
# that is not guarded, and costs the host no unit of its own. Elsewhere they are
# processes in sessions of their own, and so is confirm everywhere: it restarts
# nothing, and where it is killed the return is still armed.

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

# unit_of JOB sets unit to the name of the unit that it runs in, or to nothing.
unit_of() {
	case $systemd$1 in
	yesguard | yesactivate) unit=assay-guard-$id.service ;;
	yesboot) unit=assay-boot-$id.service ;;
	*) unit= ;;
	esac
}

# launch JOB starts it, unless it runs.
launch() {
	if [ -e "$dir/begun-$1" ]; then
		! at_work "$1" || return 0
		rm -f "$dir/result-$1" "$dir/over-$1" "$dir/whole-$1"
	fi
	case $systemd$1 in
	yesactivate) start_guard guard || at_work guard ;;
	yesboot)
		mark begun-boot
		find_shell
		systemctl reset-failed "assay-boot-$id.service" 2>/dev/null || :
		start_unit boot work boot --property="ExecStopPost=$shell -c 'test -e $dir/over-boot || exec $shell $dir/tool ended $id boot'" || at_work boot
		;;
	*)
		mark "begun-$1"
		detach "$1" work
		;;
	esac
}

# start_guard VERB starts what returns by itself: after the guard's time, or at
# once when it is told to. systemd starts it anew when it is killed.
start_guard() {
	if [ -n "$systemd" ]; then
		start_unit guard "$1" '' --property=Restart=on-failure --property=RestartSec=1 --property=StartLimitIntervalSec=0
	else
		detach guard "$1"
	fi
}

# start_unit JOB VERB ARGUMENT OPTIONS... starts it as a unit.
start_unit() {
	find_shell
	name=assay-$1-$id
	set -- "$@" --quiet --unit="$name" --service-type=exec --property=TimeoutStopSec=10 \
		${LOCALE_ARCHIVE:+"--setenv=LOCALE_ARCHIVE=$LOCALE_ARCHIVE"} -- "$shell" "$dir/tool" "$2" "$id" "$3"
	shift 3
	systemd-run "$@" 9>&-
}

# detach JOB VERB runs it as a process that nobody waits for. It holds a lock for
# as long as it lives, where there is flock.
detach() {
	find_shell
	[ -z "$systemd" ] || live "$1"
	begin=setsid # which no terminal's end reaches
	if ! have setsid; then
		begin=nohup
		set -m # a process group of its own
	fi
	unit_of "$1"
	if [ -n "$unit" ]; then exec 6>&1; else exec 6>>"$dir/log-$1"; fi # a unit's goes to the journal
	"$begin" "$shell" "$dir/tool" "$2" "$id" "$1" >&6 2>&6 </dev/null 6>&- 9>&- &
	echo $! >"$dir/pid-$1"
	exec 6>&- 8>&-
	set +m
}

# at_work JOB: whether it has been started and has not ended.
at_work() {
	unit_of "$1"
	if [ -n "$unit" ]; then
		[ ! -e "$dir/over-$1" ] || return 1
		case $(systemctl show --property=ActiveState --value "$unit" 2>/dev/null) in
		active | activating | deactivating | reloading) return 0 ;;
		esac
		return 1
	fi
	load "pid-$1"
	alive "$value"
}

# halt JOB ends it, with everything that it has started.
halt() {
	case $systemd$1 in
	yesboot)
		systemctl stop "assay-boot-$id.service" 2>/dev/null || :
		return
		;;
	esac
	[ ! -e "$dir/over-$1" ] || return 0
	pid=$(get "pid-$1")
	if alive "$pid" && { [ "$systemd$1" != yesactivate ] || guards "$pid"; }; then
		kill -TERM "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null || :
		tries=50
		while alive "$pid" && [ "$tries" -gt 0 ]; do
			tries=$((tries - 1))
			sleep 0.2
		done
		kill -KILL "-$pid" 2>/dev/null || :
	fi
	case $systemd$1 in
	yesactivate) empty_unit ;;
	esac
}

# guards PID: whether a process belongs to the guard's unit; group is set to where
# the kernel keeps that.
guards() {
	group=
	{
		while IFS= read -r line; do
			case $line in */"assay-guard-$id.service"*) group=/sys/fs/cgroup${line#*::} ;; esac
		done <"/proc/$1/cgroup"
	} 2>/dev/null || :
	[ -n "$group" ]
}

# empty_unit kills what else there is in this process's unit.
empty_unit() {
	guards $$ && [ -r "$group/cgroup.procs" ] || return 0
	while read -r pid; do
		[ "$pid" = $$ ] || kill -KILL "$pid" 2>/dev/null || :
	done <"$group/cgroup.procs"
}

# follow JOB prints what it says until it ends. What was printed once is not
# printed again, whoever follows. Most jobs end soon; a mark, their last deed,
# says so. The others are looked after about once a second.
follow() {
	naps=0
	[ "$1" != guard ] || naps=20 # it makes no mark
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
	unit_of "$1"
	if [ -n "$unit" ] && [ ! -e "$dir/whole-$1" ]; then # the journal may not have all of it yet
		journalctl --sync 2>/dev/null || :
		print_log "$1"
	fi
}

# nap JOB waits a moment, or until the job ends, if that is within a second and
# there is a lock that says that it lives. To ask systemd and the journal more
# often than that would cost the host more than most jobs do.
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
	exec 8>>"$dir/life-$1"
	flock 8
}

print_log() {
	unit_of "$1"
	if [ -n "$unit" ]; then
		load "cursor-$unit"
		since=$value
		journalctl --quiet --no-pager --output=cat --show-cursor ${since:+"--after-cursor=$since"} \
			"_SYSTEMD_UNIT=$unit" 2>/dev/null | while IFS= read -r line; do
			case $line in
			'-- cursor: '*) note "cursor-$unit" "${line#-- cursor: }" ;;
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

# return_now lets the guard wait no longer.
return_now() {
	mark now
	mark again
	at_work guard || start_guard rollback || at_work guard
}

# await_return TRIES follows the return that somebody has asked for until it has
# worked, or has failed more often than TRIES.
await_return() {
	patience=150
	while :; do
		[ -z "$systemd" ] || journalctl --sync 2>/dev/null || :
		print_log guard
		case $(state) in
		armed | confirmed) ;;
		failed)
			tries=$(get tries)
			[ "${tries:-0}" -le "$1" ] || return 0
			;;
		*) break ;;
		esac
		at_work guard || patience=$((patience - 1))
		[ "$patience" -gt 0 ] || return 0 # it was killed, or never began
		sleep 0.2
	done
	follow guard
}

# disarm ends what would return by itself; that must not end itself.
disarm() {
	case $verb in
	guard | rollback) ;;
	*) dismiss ;;
	esac
	owe_nothing "$roots-from" "$roots-to" "$dir/assay-$id-from" "$dir/assay-$id-to"
}

# dismiss ends the guard. systemd takes a signal for an end that was wanted, and
# a guard that it starts anew sees that nothing is left to do.
dismiss() {
	if [ -z "$systemd" ]; then
		halt guard
	else
		load pid-guard
		[ -z "$value" ] || ! guards "$value" || kill -TERM "$value" 2>/dev/null || :
	fi
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
