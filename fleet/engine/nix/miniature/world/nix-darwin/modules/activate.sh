#!/bin/sh
# Activates this system: links of /etc, launch daemons, /run/current-system. It is root's
# to do. Below another root with MINIATURE_ROOT, and then without launchctl.
root="${MINIATURE_ROOT-}"
system=@out@
user="@user@"
status=0
PATH="${PATH:+$PATH:}/usr/sbin:/usr/bin:/sbin:/bin"

if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
    echo "error: \`activate\` must be run as root" >&2
    exit 1
fi

echo "setting up /etc..." >&2
old=$(readlink "$root/etc/static" 2>/dev/null || true)
mkdir -p "$root/etc" "$root/run" "$root/Library/LaunchDaemons"
entries() { (cd "$1" 2>/dev/null && find -L . -type f | sed 's|^\./||'); }
if [ -n "$old" ] && [ -d "$old" ]; then
    entries "$old" | while read -r f; do
        if [ ! -e "$system/etc/$f" ] && [ "$(readlink "$root/etc/$f")" = "/etc/static/$f" ]; then rm -f "$root/etc/$f"; fi
    done
fi
rm -f "$root/etc/static.new"
ln -s "$(readlink -f $system/etc)" "$root/etc/static.new" && mv -f -T "$root/etc/static.new" "$root/etc/static" || status=1
entries $system/etc | while read -r f; do
    target="$root/etc/$f"
    if [ "$(readlink "$target")" = "/etc/static/$f" ]; then continue; fi
    mkdir -p "$(dirname "$target")"
    if [ -e "$target" ] && [ ! -L "$target" ]; then
        echo "warning: /etc/$f is a file of its own, kept as /etc/$f.before-nix-darwin" >&2
        mv "$target" "$target.before-nix-darwin"
    fi
    ln -sfn "/etc/static/$f" "$target"
done

echo "setting up launchd services..." >&2
for plist in $system/Library/LaunchDaemons/*.plist; do
    if [ -e "$plist" ] && ! cmp -s "$plist" "$root/Library/LaunchDaemons/$(basename "$plist")"; then
        cp -f "$plist" "$root/Library/LaunchDaemons/"
        if [ -z "$root" ] && command -v launchctl > /dev/null; then
            launchctl load -w "/Library/LaunchDaemons/$(basename "$plist")" || status=1
        fi
    fi
done

rm -f "$root/run/current-system.new"
ln -s $system "$root/run/current-system.new" && mv -f -T "$root/run/current-system.new" "$root/run/current-system" || status=1
