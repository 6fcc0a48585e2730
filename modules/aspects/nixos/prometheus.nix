# One machine keeps the fleet's metrics for a month.
{
  flake.modules.nixos.prometheus = {
    services.prometheus = {
      enable = true;
      port = 9090;
      listenAddress = "127.0.0.1";
      retentionTime = "30d";
      scrapeConfigs = [
        {
          job_name = "node";
          scrape_interval = "30s";
          static_configs = [
            {
              targets = [
                "cinnabar.zt:9100"
                "electrum.zt:9100"
                "galena.zt:9100"
                "scheelite.zt:9100"
              ];
            }
          ];
        }
      ];
    };
  };
}
