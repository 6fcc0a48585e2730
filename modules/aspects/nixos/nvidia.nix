# A GPU without a screen: the driver, persistence, and containers that may use it.
{
  flake.modules.nixos.nvidia =
    { pkgs, ... }:
    {
      hardware.graphics.enable = true;
      hardware.nvidia = {
        open = true;
        modesetting.enable = true;
        nvidiaPersistenced = true;
        branch = "production";
      };
      hardware.nvidia-container-toolkit.enable = true;
      # The name is historical: it selects the kernel driver, no X server is started.
      services.xserver.videoDrivers = [ "nvidia" ];
      environment.systemPackages = [ pkgs.nvtopPackages.nvidia ];
    };
}
