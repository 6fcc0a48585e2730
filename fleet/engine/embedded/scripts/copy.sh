# copy: reads a tar archive of store objects and puts each into the host's
# store, whole or not at all. The archive also holds
#   files, trees  base names of the one-file objects and of the directories
#   references    base names that must be in the store before a directory is
#   sums          SHA-256 of every regular file, as sha256sum writes them
#   end           the last member: without it the archive was cut short
# Everything is unpacked in a directory of the store whose name says which
# process made it, checked there, and moved to its final name by rename(2).
# What a killed copy left behind is removed by the next one.
store=$root/nix/store
mkdir -p "$store"
for left in "$store"/.assay-copy.*; do
	if [ -d "$left" ] && ! alive "${left##*/.assay-copy.}"; then
		rm -rf -- "$left" || : # its tar may still be dying
	fi
done
tmp=$store/.assay-copy.$me
trap 'cd "$root"; rm -rf -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$tmp"
cd "$tmp"

tar -xmof - || refuse 45 'the archive of objects did not arrive whole; nothing was added to the store'
[ -f end ] || refuse 45 'the archive of objects ended early; nothing was added to the store'
sha256 -c sums >/dev/null || refuse 45 'the objects that arrived are not those that were sent'
while IFS= read -r name; do
	[ -e "$name" ] || [ -e "$store/$name" ] ||
		refuse 46 "the host lacks /nix/store/$name, which a system refers to; hint: plan again"
done <references

# aside NAME takes something out of the store, into what is removed at the end.
aside() {
	mkdir -p damaged
	mv -f "$store/$1" damaged/
}

# whole SYSTEM: whether the store has the directory as it has arrived here.
whole() {
	[ -d "$store/$1" ] && [ ! -L "$store/$1" ] || return 1
	while read -r sum file; do
		case $file in "$1"/*) printf '%s  %s\n' "$sum" "$file" ;; esac
	done <sums | (cd "$store" && sha256 -c - >/dev/null 2>&1) || return 1
	while IFS='	' read -r source object rest; do
		[ -L "$store/$1/$source" ] && [ "$store/$1/$source" -ef "$store/$object" ] || return 1
	done <"$1/links"
}

# What the store has under a name is replaced: it would not have been sent if it
# were whole. Several at once: every rename is one step all the same.
set --
while IFS= read -r name; do
	[ ! -d "$store/$name" ] || aside "$name"
	set -- "$@" "$name"
	if [ $# -ge 200 ]; then
		mv -f "$@" "$store/"
		set --
	fi
done <files
[ $# -eq 0 ] || mv -f "$@" "$store/"

# A directory cannot replace a full one. A concurrent copy may have been first.
while IFS= read -r name; do
	if [ -e "$store/$name" ] || [ -L "$store/$name" ]; then
		! whole "$name" || continue
		aside "$name"
	fi
	mv -f "$name" "$store/" || [ -d "$store/$name" ] || exit 1
done <trees
