# begun PID: sets at to when a process began, in words that only compare. It
# fails where there is none of that number.
begun() {
	if [ -r /proc/self/stat ]; then
		read -r at 2>/dev/null <"/proc/$1/stat" || return
		set -- ${at##*) }
		at=${20:-} # proc(5): starttime, the 22nd, and what follows ")" is the third
	else
		at=$(ps -o lstart= -p "$1")
	fi
	[ -n "$at" ]
}

# end_lost CONSOLE COPY LIVING...: ends the copies that a console noted here and
# that it does not know any more. Where its connection was lost, nobody has told
# the daemon here, which keeps the path that it was receiving locked, for hours.
# The present process is noted as COPY.
end_lost() {
	noted=$roots/.copies/$1
	mine=$2
	shift 2
	begun $$ || return
	notes="$mine $$ $at"
	if [ -f "$noted" ]; then
		while read -r copy process since; do
			case " $* " in
			*" $copy "*)
				notes="$notes
$copy $process $since"
				;;
			*) end_copy "$process" "$since" ;;
			esac
		done <"$noted"
	elif [ ! -d "$roots/.copies" ]; then
		mkdir "$roots/.copies" || return
	fi
	printf '%s\n' "$notes" >"$noted"
}

# end_copy PROCESS SINCE: ends a process that began then, if it is there. A
# daemon that waits for input does not always heed TERM.
end_copy() {
	for signal in TERM KILL; do
		begun "$1" && [ "$at" = "$2" ] && kill -"$signal" "$1" || return 0
		for _ in 1 2 3 4 5; do
			begun "$1" && [ "$at" = "$2" ] || return 0
			sleep 0.1
		done
	done
}
