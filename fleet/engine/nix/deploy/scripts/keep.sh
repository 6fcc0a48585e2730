# Keeps each of the valid paths "$@" under its name.
open_roots
for path; do
	nix-store --check-validity "$path" || exit
	nix-store --realise "$path" --add-root "$roots/${path##*/}" --indirect >/dev/null || exit
done
