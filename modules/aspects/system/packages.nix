# What an operator expects to find on any machine, before any home is set up.
{
  flake.modules.nixos.base =
    { pkgs, ... }:
    {
      environment.systemPackages = with pkgs; [
        curl
        file
        fleet-mineral
        git
        htop
        jq
        ncdu
        ripgrep
        rsync
        tree
        vim
      ];
    };

  flake.modules.darwin.base =
    { pkgs, ... }:
    {
      environment.systemPackages = with pkgs; [
        coreutils
        curl
        fleet-mineral
        git
        jq
        ncdu
        ripgrep
        rsync
        vim
      ];
    };
}
