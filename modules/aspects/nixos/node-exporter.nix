# Metrics of the machine itself, for whoever scrapes them over the management network.
let
  ports = import ./_ports.nix;
in
{
  flake.modules.nixos.node-exporter =
    { config, lib, ... }:
    {
      services.prometheus.exporters.node = {
        enable = true;
        port = ports.nodeExporter;
        enabledCollectors = [
          "processes"
          "systemd"
        ];
      };
      # Only the overlay network may ask; it exists where zerotier runs.
      networking.firewall.interfaces."zt+" = lib.mkIf config.services.zerotierone.enable {
        allowedTCPPorts = [ ports.nodeExporter ];
      };
    };
}
