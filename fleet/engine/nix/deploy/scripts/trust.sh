# Says who we are to Nix's daemon here and what that asks of others, a word and
# its values on each line, then an empty line. Then speaks the worker protocol.
printf 'user %s\n' "$(id -un)"
printf 'groups %s\n' "$(id -Gn)"
case ${NIX_REMOTE:-} in
/*) echo owner ;;
*) [ -w /nix/var/nix/db ] && echo owner ;;
esac
settings() {
	NIX_CONFIG='' NIX_USER_CONF_FILES=/dev/null nix --extra-experimental-features nix-command "$@" 2>/dev/null
}
{ settings show-config || settings config show; } |
	sed -n -e 's|^trusted-users = |trusted-users |p' -e 's|^trusted-public-keys = |trusted-public-keys |p' -e 's|^require-sigs = |require-sigs |p'
echo
exec nix-daemon --stdio
