{ pkgs, ... }:
{
  environment.systemPackages = [ pkgs.hello pkgs.jq ];
  services.prometheus.enable = true;
}
