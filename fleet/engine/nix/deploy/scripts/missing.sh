# Prints those of the store paths on standard input that are not valid here.
xargs nix-store --check-validity --print-invalid
