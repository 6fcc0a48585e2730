# confirm ID makes the activation last.
confirm() {
	launch confirm
	follow confirm
	load result-confirm
	case $value in
	0) exit 0 ;;
	60) come_back 'too late to confirm' ;;
	61) refuse 54 "the host runs $(running)" ;;
	62) refuse 53 "$(get units | sed 's/ /, /g') failed" ;;
	63) come_back 'it could not be made what boots' ;;
	65) refuse 54 "the system that it runs is not whole: $(get broken), which is not there" ;;
	64) refuse 54 "the host boots $(readlink -f "$profile"), as somebody else has set it meanwhile" ;;
	esac
	refuse 56 "the confirmation ended without a result: $(get result-confirm)"
}

# return ID brings the host back now.
give_back() {
	case $(state) in
	rolled-back) exit 0 ;;
	"done") refuse 57 'it lasts' ;;
	esac
	tries=$(get tries)
	return_now
	await_return "${tries:-0}"
	case $(state) in
	rolled-back) exit 0 ;;
	"done") refuse 57 'it lasts' ;;
	esac
	refuse 51 "$(not_yet)"
}

# join ID stays with an activation that has begun. One that was lost before its
# job began begins it now.
join() {
	load job
	job=$value
	load "result-$job"
	[ -n "$value" ] || ! is armed || launch "$job"
	conclude
}

# dry ID CLASS SYSTEM EXPECT says what an activation would change;
# nix-darwin only says whether it could activate.
dry() {
	class=$3 system=$4 expect=$5 generation=0 valid=
	expected
	is_system "$system"
	if [ "$class" = darwin ]; then
		check_mac "$system"
		return
	fi
	"$system/bin/switch-to-configuration" dry-activate 2>&1
}

case $verb in
activate) activate "$@" ;;
join) join ;;
confirm) confirm ;;
return) give_back ;;
dry) dry "$@" ;;
work) work "$3" ;;
ended) ended "$3" ;;
rollback) rollback ;;
resume) resume ;;
*) refuse 47 'no such verb' ;;
esac
# the end
