# A reverse proxy with the settings its authors recommend.
let
  ports = import ./_ports.nix;
in
{
  flake.modules.nixos.nginx = {
    services.nginx = {
      enable = true;
      recommendedGzipSettings = true;
      recommendedOptimisation = true;
      recommendedProxySettings = true;
      recommendedTlsSettings = true;
      virtualHosts."notes.vanadinite.example" = {
        enableACME = true;
        forceSSL = true;
        locations."/".proxyPass = "http://127.0.0.1:8080";
      };
    };
    networking.firewall.allowedTCPPorts = [
      ports.http
      ports.https
    ];
  };
}
