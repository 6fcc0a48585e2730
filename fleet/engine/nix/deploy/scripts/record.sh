# Prints what the record of the system $1 is made from: the paths of its
# closure and an empty line, their sizes in the same order and an empty line,
# then a tar archive of its small files.
paths=$(nix-store --query --requisites "$1") || exit
printf '%s\n\n' "$paths"
printf '%s\n' "$paths" | xargs nix-store --query --size || exit
echo
case ${NIX_REMOTE:-} in
/*) exit ;; # a store elsewhere: links do not lead into it
esac
cd "$1" || exit
for dir in etc etc/systemd/system etc/systemd/user Library/LaunchDaemons Library/LaunchAgents user/Library/LaunchAgents; do
	[ -d "$dir" ] && find "$dir/" ! -type d -print0
done | {
	cat
	for file in activate init-interface-version kernel-params switch-inhibitors system; do
		[ -f "$file" ] && printf '%s\0' "$file"
	done
} | xargs -0 sh -c 'find -L "$@" -maxdepth 0 -type f -size -129 -print0' sh | tar --null -chf - -T -
