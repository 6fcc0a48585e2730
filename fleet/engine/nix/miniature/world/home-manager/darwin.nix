# The homes are linked at the end of the system's activation, each by its user.
{ config, lib, ... }:
{
  _class = "darwin";
  imports = [ ./common.nix ];
  system.activationScripts.home-manager.text = lib.concatStrings (
    lib.mapAttrsToList (name: home: ''
      if [ -d "$root${home.home.homeDirectory}" ]; then
        echo "activating the home of ${name}..." >&2
        if [ -n "$root" ]; then
          HOME="$root${home.home.homeDirectory}" ${home.home.activationPackage}/activate
        else
          sudo -u ${name} --set-home ${home.home.activationPackage}/activate || status=1
        fi
      fi
    '') config.home-manager.users
  );
}
