# rosegold: janettesmith's laptop.
{
  flake.modules.darwin."machines/darwin/rosegold" = {
    networking.hostName = "rosegold";
    networking.computerName = "rosegold";
    system.primaryUser = "janettesmith";

    environment.etc."fleet/machine.txt".text = ''
      name: rosegold
      owner: janettesmith
      role: laptop
    '';

    homebrew.casks = [ "zotero" ];
    homebrew.onActivation.cleanup = "none";
  };
}
