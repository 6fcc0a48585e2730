# The builder of stdenv: the phases that a derivation has, in order.
export HOME=/homeless-shelter TMPDIR="${TMPDIR:-$PWD}"
prefix="$out"

runHook() {
    eval "hook=\${$1:-}"
    if [ -n "$hook" ]; then eval "$hook"; fi
}

runPhase() {
    eval "text=\${$1:-}"
    if [ -z "$text" ]; then return 0; fi
    echo "@nix { \"action\": \"setPhase\", \"phase\": \"$1\" }" >&"${NIX_LOG_FD:-2}"
    eval "$text"
}

# The sandbox's busybox may be without install.
install() {
    mode=755 dirs= parents=
    while :; do
        case "${1-}" in
        -d) dirs=1 ;;
        -D) parents=1 ;;
        -m) mode="$2" && shift ;;
        -m*) mode="${1#-m}" ;;
        -Dm) parents=1 mode="$2" && shift ;;
        -Dm*) parents=1 mode="${1#-Dm}" ;;
        *) break ;;
        esac
        shift
    done
    if [ -n "$dirs" ]; then mkdir -p "$@" && return; fi
    if [ -n "$parents" ]; then mkdir -p "$(dirname "$2")"; fi
    cp "$1" "$2" && if [ -d "$2" ]; then chmod "$mode" "$2/${1##*/}"; else chmod "$mode" "$2"; fi
}

if [ -n "$buildCommandPath" ]; then
    . "$buildCommandPath"
    return 0 2>/dev/null || exit 0
fi
if [ -n "$buildCommand" ]; then
    eval "$buildCommand"
    exit 0
fi

if [ -z "$dontUnpack" ] && [ -n "$src" ] && [ -z "$unpackPhase" ]; then
    if [ -d "$src" ]; then
        cp -r "$src" source && chmod -R u+w source && cd source
    fi
fi
for phase in unpackPhase patchPhase configurePhase buildPhase checkPhase installPhase fixupPhase; do
    case $phase in
    checkPhase) [ -n "$doCheck" ] || continue ;;
    esac
    runPhase $phase
done
if [ ! -e "$out" ] && [ ! -L "$out" ]; then mkdir "$out"; fi
