# Aggregate: the machine that watches the others, itself included.
{ inputs, ... }:
{
  flake.modules.nixos.observability = {
    imports = with inputs.self.modules.nixos; [
      node-exporter
      prometheus
    ];

    environment.etc."fleet/observability.txt".text = ''
      Prometheus keeps 30 days of metrics and listens on the loopback address only.
      Reach it through an SSH forward: ssh -L 9090:127.0.0.1:9090 cinnabar.zt
    '';
  };
}
