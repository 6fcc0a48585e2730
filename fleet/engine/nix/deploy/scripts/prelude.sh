# Sourced before every script: programs of Nix where a login has no path to them.
PATH=${PATH:-/usr/bin:/bin}:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:/usr/local/bin:/usr/bin:/bin
export PATH
command -v nix-store >/dev/null 2>&1 || {
	echo 'there is no Nix on this host; hint: install Nix, or put nix-store into the PATH of commands over ssh' >&2
	exit 127
}
