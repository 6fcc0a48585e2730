# record SYSTEM: writes the record of a system in the host's store.
[ -d "$root$1" ] && [ ! -L "$root$1" ] || refuse 46 'the system is missing on the host'
[ -e "$root$1/record.json" ] || [ -L "$root$1/record.json" ] || refuse 46 'the system has no record.json'
[ -f "$root$1/record.json" ] && [ ! -L "$root$1/record.json" ] || refuse 46 'the record.json of the system is not a file'
cat "$root$1/record.json"
