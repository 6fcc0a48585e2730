# ncdu: also under the name that the operators of this fleet look for.
#
# This override starts from `prev`. With composition "merge" that is unstable's ncdu, on
# every system, so the hotfix of the same name in fleet.toml has no effect: it is dead,
# and `assay hotfixes` says so. With composition "compose" the override would build on it.
# How this file is called: see mactop.nix.
{ prev, ... }:
prev.ncdu.overrideAttrs (old: {
  postInstall = (old.postInstall or "") + ''
    ln -s ncdu "$out/bin/disk-usage"
  '';
})
