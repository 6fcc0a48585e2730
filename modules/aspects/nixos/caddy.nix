# The public front: static pages and a proxy, with certificates of its own.
let
  ports = import ./_ports.nix;
in
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
        respond /healthz 200
        respond 404
      '';
    };
    networking.firewall.allowedTCPPorts = [
      ports.http
      ports.https
    ];
  };
}
