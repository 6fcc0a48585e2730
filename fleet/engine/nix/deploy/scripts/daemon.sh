# Speaks Nix's worker protocol on standard input and output. Each of "$@" is a
# store path that garbage collection has to leave alone once it is here: links
# to them are made beforehand, and what they are in is said on standard error.
# console and copies are what end_lost wants; no console is that it is not asked.
if [ $# -gt 0 ]; then
	open_roots
	for path; do
		ln -sfn "$path" "$roots/${path##*/}" || exit 73
	done
	printf 'roots %s\n' "$roots" >&2
	[ -z "$console" ] || end_lost "$console" $copies 2>/dev/null
fi
exec nix-daemon --stdio
