mkdir -p $out/bin $out/specialisation
fill() { sed "s|@out@|$out|g" < "$1" > "$2" && chmod 555 "$2"; }
fill "$switchPath" $out/bin/switch-to-configuration
fill "$initPath" $out/init
cat "$activatePath" "$morePath" > activate.sh
printf '\nexit $status\n' >> activate.sh
fill activate.sh $out/activate
printf '#!/bin/sh\nexec %s/bin/switch-to-configuration dry-activate\n' $out > $out/dry-activate
chmod 555 $out/dry-activate
ln -s $etc $out/etc
ln -s $sw $out/sw
ln -s $systemd $out/systemd
ln -s $kernel/bin/linux $out/kernel
ln -s $initrd $out/initrd
ln -s $modules $out/kernel-modules
printf %s "$kernelParams" > $out/kernel-params
printf %s "$label" > $out/nixos-version
printf %s "$hostPlatform" > $out/system
printf 'systemd %s' "$interfaceVersion" > $out/init-interface-version
printf '%s\n' "$inhibitors" > $out/switch-inhibitors
printf '%s' "$extraDependencies" > $out/extra-dependencies
printf '{"org.nixos.bootspec.v1":{"init":"%s/init","kernel":"%s","label":"NixOS %s","system":"%s","toplevel":"%s"}}\n' \
    $out "$kernel/bin/linux" "$label" "$hostPlatform" $out > $out/boot.json
eval "$systemBuilderCommands"
