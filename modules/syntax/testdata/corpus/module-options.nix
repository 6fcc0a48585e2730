{ config, lib, pkgs, ... }:
let
  cfg = config.services.tiny;
in
{
  options.services.tiny = {
    enable = lib.mkEnableOption "the tiny server";
    port = lib.mkOption { type = lib.types.port; default = 8080; description = ''Port to listen on.''; };
    extraArgs = lib.mkOption { type = with lib.types; listOf (either str int); default = [ ]; };
  };
  config = lib.mkIf cfg.enable (lib.mkMerge [
    { systemd.services.tiny.serviceConfig.ExecStart = "${pkgs.tiny}/bin/tiny --port ${toString cfg.port} ${lib.escapeShellArgs (map toString cfg.extraArgs)}"; }
    (lib.mkIf (cfg.port < 1024) { systemd.services.tiny.serviceConfig.AmbientCapabilities = [ "CAP_NET_BIND_SERVICE" ]; })
  ]);
}
