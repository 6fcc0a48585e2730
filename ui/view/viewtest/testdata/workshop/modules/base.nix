{
  flake.modules.nixos.base =
    { pkgs, ... }:
    {
      services.openssh.enable = true;
      networking.firewall.enable = true;
      environment.systemPackages = [ pkgs.git pkgs.htop ];
    };

  flake.modules.darwin.base =
    { pkgs, ... }:
    {
      environment.systemPackages = [ pkgs.git ];
    };
}
