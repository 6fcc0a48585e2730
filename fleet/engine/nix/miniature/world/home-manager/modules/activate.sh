#!/bin/sh
# Links the files of this generation into the home; those of the one before go.
set -eu
new=@out@
state="$HOME/.local/state/home-manager/gcroots"
old=$(readlink "$state/current-home" || true)
PATH="${PATH:+$PATH:}/usr/bin:/bin"
mkdir -p "$state"
if [ -n "$old" ] && [ -d "$old/home-files" ]; then
    (cd "$old/home-files" && find . ! -type d | sed 's|^\./||') | while read -r f; do
        if [ ! -e "$new/home-files/$f" ] && [ "$(readlink "$HOME/$f")" = "$old/home-files/$f" ]; then rm -f "$HOME/$f"; fi
    done
fi
(cd $new/home-files && find . ! -type d | sed 's|^\./||') | while read -r f; do
    mkdir -p "$(dirname "$HOME/$f")"
    if [ -e "$HOME/$f" ] && [ ! -L "$HOME/$f" ]; then
        if [ -z "@backup@" ]; then
            echo "Existing file '$HOME/$f' would be clobbered" >&2
            exit 1
        fi
        mv "$HOME/$f" "$HOME/$f@backup@"
    fi
    ln -sfn "$new/home-files/$f" "$HOME/$f"
done
ln -sfn $new "$state/current-home"
