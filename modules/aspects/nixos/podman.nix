# Containers without a daemon. `docker` is there for scripts that insist on the name.
{
  flake.modules.nixos.podman =
    { pkgs, ... }:
    {
      virtualisation.podman = {
        enable = true;
        dockerCompat = true;
        defaultNetwork.settings.dns_enabled = true;
        autoPrune.enable = true;
        autoPrune.dates = "weekly";
      };
      environment.systemPackages = with pkgs; [
        podman-compose
        skopeo
      ];
    };
}
