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
if command -v sha256sum >/dev/null; then
	sha256sum -c sums >/dev/null || refuse 45 'the objects that arrived are not those that were sent'
elif command -v shasum >/dev/null; then
	shasum -a 256 -c sums >/dev/null || refuse 45 'the objects that arrived are not those that were sent'
else
	refuse 45 'this host has neither sha256sum nor shasum, so nothing that arrives can be checked'
fi
while IFS= read -r name; do
	[ -e "$name" ] || [ -e "$store/$name" ] ||
		refuse 46 "the host lacks /nix/store/$name, which a system refers to; hint: plan again"
done <references

# Several at once: every rename is one step all the same.
set --
while IFS= read -r name; do
	[ ! -e "$store/$name" ] || continue
	set -- "$@" "$name"
	if [ $# -ge 200 ]; then
		mv -f "$@" "$store/"
		set --
	fi
done <files
[ $# -eq 0 ] || mv -f "$@" "$store/"

# A concurrent copy may have been first; a directory cannot replace a full one.
while IFS= read -r name; do
	[ -e "$store/$name" ] || mv -f "$name" "$store/" || [ -d "$store/$name" ] || exit 1
done <trees
