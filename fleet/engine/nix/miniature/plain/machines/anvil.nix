{ pkgs, ... }:
{
  environment.systemPackages = [ pkgs.hello ];
  services.nginx.enable = true;
  services.nginx.virtualHosts."anvil.example".locations."/".proxyPass = "http://127.0.0.1:8080";
}
