# NVIDIA's driver is the only unfree package of the fleet, so only the aspect that
# wants it says yes: a machine without a GPU still refuses unfree packages.
{
  flake.modules.nixos.nvidia = {
    nixpkgs.config.allowUnfree = true;
  };
}
