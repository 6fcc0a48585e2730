# The public front: static pages and a proxy, with certificates of its own.
{
  flake.modules.nixos.caddy = {
    services.caddy = {
      enable = true;
      email = "hostmaster@vanadinite.example";
      virtualHosts."vanadinite.example".extraConfig = ''
        encode zstd gzip
        respond "vanadinite"
      '';
      virtualHosts."status.vanadinite.example".extraConfig = ''
        reverse_proxy 127.0.0.1:9090
      '';
    };
    networking.firewall.allowedTCPPorts = [
      80
      443
    ];
  };
}
