proc=/proc

# begun PID: sets at to when a process began, in words that only compare. It
# fails where there is none of that number.
begun() {
	if [ -r "$proc/self/stat" ]; then
		read -r at <"$proc/$1/stat" || return
		set -- ${at##*) }
		at=${20:-} # proc(5): starttime, the 22nd, and what follows ")" is the third
	else
		set -- $(LC_ALL=C ps -o lstart= -p "$1")
		at=$*
	fi
	[ -n "$at" ]
}

# end_lost CONSOLE PROCESS NUMBER LIVING...: ends the copies that a console noted
# here and does not know any more. Where its connection was lost, nobody has told
# the daemon here, which keeps the path that it was receiving locked, for hours.
# What runs this is noted as the copy of that NUMBER of a PROCESS there, of which
# those that are LIVING go on, and those that began later.
end_lost() {
	notes=$roots/.copies/$1 ours=$2 number=$3
	shift 3
	begun $$ || return
	kept="$ours $number $$ $at"
	if [ -f "$notes" ]; then
		while read -r process copy pid since; do
			if [ "$process" != "$ours" ]; then
				end_copy "$pid" "$since"
				continue
			fi
			case " $number $* " in
			*" $copy "*) ;;
			*)
				if ! [ "$copy" -gt "$number" ]; then
					end_copy "$pid" "$since"
					continue
				fi
				;;
			esac
			kept="$kept
$process $copy $pid $since"
		done <"$notes"
	elif [ ! -d "$roots/.copies" ]; then
		mkdir "$roots/.copies" || return
	fi
	printf '%s\n' "$kept" >"$notes"
}

# end_copy PID SINCE: ends a process that began then, if it is there. A daemon
# that waits for input does not always heed TERM.
end_copy() {
	for signal in TERM KILL; do
		begun "$1" && [ "$at" = "$2" ] && kill -"$signal" "$1" || return 0
		for _ in 1 2 3 4 5; do
			begun "$1" && [ "$at" = "$2" ] || return 0
			sleep 0.1
		done
	done
}
