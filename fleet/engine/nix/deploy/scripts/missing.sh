# Prints those of the store paths on standard input that are not valid here; $1
# is the system whose closure they are. Where that does not lie here, it is
# enough to say what else does not: Nix itself asks again when it copies the
# system, and to ask it takes longer than all the rest. One process reads the
# paths: a shell's read does it byte by byte.
paths=$(cat)
case ${NIX_REMOTE:-}:${1:-} in
:/* | daemon:/*)
	if [ ! -e "$1" ] && [ ! -L "$1" ]; then
		for path in $paths; do
			[ -e "$path" ] || [ -L "$path" ] || printf '%s\n' "$path"
		done
		exit
	fi
	;;
esac
printf '%s\n' "$paths" | xargs nix-store --check-validity --print-invalid
