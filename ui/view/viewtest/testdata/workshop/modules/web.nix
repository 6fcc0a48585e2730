{
  flake.modules.nixos.web =
    { lib, ... }:
    {
      services.nginx.enable = true;
      services.nginx.recommendedProxySettings = lib.mkDefault true;
      networking.firewall.allowedTCPPorts = [ 80 443 ];
    };
}
