# Builds or fetches what the derivation $1 makes, keeps it under the name of the
# path $2 and prints the path that came of it.
open_roots
link=$roots/${2##*/}
nix-store --realise "$1" --add-root "$link" --indirect >/dev/null || exit
readlink "$link"
