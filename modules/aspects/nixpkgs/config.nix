# Two things on the servers are not free software: the daemon of the overlay network and
# NVIDIA's driver. Macs take such programs from Homebrew, and refuse them from nixpkgs.
{
  flake.modules.nixos.base = {
    nixpkgs.config.allowUnfree = true;
  };
}
