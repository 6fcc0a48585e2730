# record SYSTEM: writes the record of a system in the host's store.
[ -f "$root$1/record.json" ] && [ ! -L "$root$1" ] && [ ! -L "$root$1/record.json" ] ||
	refuse 46 "the host has no record of $1"
cat "$root$1/record.json"
