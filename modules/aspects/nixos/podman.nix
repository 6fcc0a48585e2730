# Containers without a daemon. `docker` is there for scripts that insist on the name.
{
  flake.modules.nixos.podman =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      config = lib.mkMerge [
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
        }
        # Images for the GPU are large: tidy up more often where they are pulled.
        (lib.mkIf config.hardware.nvidia-container-toolkit.enable {
          virtualisation.podman.autoPrune.dates = lib.mkForce "daily";
        })
      ];
    };
}
