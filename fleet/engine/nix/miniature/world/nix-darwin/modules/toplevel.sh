mkdir -p $out/Applications $out/Library/Fonts $out/Library/LaunchDaemons $out/Library/LaunchAgents $out/user/Library/LaunchAgents $out/patches
cat "$activatePath" "$morePath" > activate.sh
printf '\nexit $status\n' >> activate.sh
sed "s|@out@|$out|g; s|@user@|$user|g" < activate.sh > $out/activate
printf '#!/bin/sh\n# nix-darwin: deprecated\necho "activate-user: activation is done by root alone, in activate" >&2\n' > $out/activate-user
chmod 555 $out/activate $out/activate-user
ln -s $etc $out/etc
mkdir -p $out/sw/bin
for f in $sw/bin/*; do ln -s "$f" $out/sw/bin/; done
sed "s|\${systemConfig:-[^}]*}|$out|" < $rebuild/bin/darwin-rebuild > $out/sw/bin/darwin-rebuild
chmod 555 $out/sw/bin/darwin-rebuild
for f in $fonts; do ln -s "$f" "$out/Library/Fonts/$(basename "$f")"; done
. "$plistsPath"
printf %s "$label" > $out/darwin-version
printf '%s\n' "$versions" > $out/darwin-version.json
printf %s "$hostPlatform" > $out/system
printf %s $out > $out/systemConfig
