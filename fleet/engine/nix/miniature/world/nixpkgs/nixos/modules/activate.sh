#!/bin/sh
# Makes this system the current one: links of /etc, /run/current-system. Below another
# root with MINIATURE_ROOT, for hosts that are only directories.
root="${MINIATURE_ROOT-}"
system=@out@
status=0
PATH="${PATH:+$PATH:}/usr/sbin:/usr/bin:/sbin:/bin"

# Files of the old /etc/static that the new one does not have. A file that was there
# before comes back.
old=$(readlink "$root/etc/static" 2>/dev/null || true)
mkdir -p "$root/etc" "$root/run"
entries() { (cd "$1" 2>/dev/null && find -L . -type f | sed 's|^\./||'); }
if [ -n "$old" ] && [ -d "$old" ]; then
    entries "$old" | while read -r f; do
        case "$f" in *.mode) continue ;; esac
        [ -e "$system/etc/$f" ] && continue
        if [ "$(readlink "$root/etc/$f")" = "/etc/static/$f" ] || [ -e "$old/$f.mode" ]; then
            rm -f "$root/etc/$f"
            rmdir -p "$(dirname "$root/etc/$f")" 2>/dev/null || true
            if [ -e "$root/etc/$f.before-nixos" ]; then mv "$root/etc/$f.before-nixos" "$root/etc/$f"; fi
        fi
    done
fi
ln -sfn "$(readlink -f $system/etc)" "$root/etc/static.new" && mv -fT "$root/etc/static.new" "$root/etc/static" || status=1

entries $system/etc | while read -r f; do
    case "$f" in *.mode) continue ;; esac
    target="$root/etc/$f"
    [ "$(readlink "$target")" = "/etc/static/$f" ] && continue
    mkdir -p "$(dirname "$target")"
    if [ -f "$target" ] && [ ! -L "$target" ] && [ ! -e "$target.before-nixos" ] && [ ! -e "${old:-/nonexistent}/$f" ]; then
        mv "$target" "$target.before-nixos"
    fi
    if [ -e "$system/etc/$f.mode" ]; then
        cp "$system/etc/$f" "$target.new" && chmod "$(cat "$system/etc/$f.mode")" "$target.new"
    elif [ -d "$system/etc/$f" ]; then
        continue
    else
        ln -sfn "/etc/static/$f" "$target.new"
    fi
    mv -f "$target.new" "$target" || echo "warning: could not create $target" >&2
done

ln -sfn $system "$root/run/current-system.new" && mv -fT "$root/run/current-system.new" "$root/run/current-system" || status=1
