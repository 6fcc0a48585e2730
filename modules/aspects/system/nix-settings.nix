# The Nix daemon, the same on every machine. One file, two classes: what both systems
# share is bound once and contributed to `base` of each.
let
  shared = {
    experimental-features = [
      "nix-command"
      "flakes"
    ];
    connect-timeout = 5;
    fallback = true;
    keep-outputs = true;
    log-lines = 25;
    warn-dirty = false;
  };
in
{
  flake.modules.nixos.base =
    { lib, ... }:
    {
      nix.channel.enable = false;
      nix.settings = shared // {
        # On Linux hard links are safe and cheap; on a Mac a nightly job does it.
        auto-optimise-store = true;
        trusted-users = [ "@wheel" ]; # beside root
        max-jobs = lib.mkDefault "auto";
      };
    };

  flake.modules.darwin.base = {
    nix.channel.enable = false;
    nix.optimise.automatic = true;
    nix.settings = shared // {
      trusted-users = [ "@admin" ]; # beside root
      max-jobs = 6;
    };
  };
}
