# One machine keeps the fleet's metrics for a month.
let
  ports = import ./_ports.nix;
in
{
  flake.modules.nixos.prometheus = {
    services.prometheus = {
      enable = true;
      port = ports.prometheus;
      listenAddress = "127.0.0.1";
      retentionTime = "30d";
      scrapeConfigs = [
        {
          job_name = "node";
          scrape_interval = "30s";
          static_configs = [
            {
              targets = map (host: "${host}.zt:${toString ports.nodeExporter}") [
                "cinnabar"
                "electrum"
                "galena"
                "scheelite"
              ];
            }
          ];
        }
      ];
    };
  };
}
