# One aspect for two classes, in the shape that import-tree repositories use.
{ lib, inputs, ... }:
{
  flake.modules.nixos.monitoring =
    { config, pkgs, ... }:
    {
      # Only the loopback may scrape.
      services.prometheus.exporters.node = {
        enable = true;
        listenAddress = "127.0.0.1"; # never public
        enabledCollectors = [ "systemd" "processes" ];
      };
      environment.systemPackages = with pkgs; [ htop ] ++ lib.optional config.services.openssh.enable sshfs;
    };
  flake.modules.darwin.monitoring.environment.systemPackages = [ inputs.self.packages.aarch64-darwin.top ];
}
