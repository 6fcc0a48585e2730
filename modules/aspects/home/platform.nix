# What `core` does differently on the two systems.
{
  flake.modules.homeManager.core =
    { lib, pkgs, ... }:
    {
      systemd.user.startServices = lib.mkIf pkgs.stdenv.hostPlatform.isLinux "sd-switch";
      home.packages = lib.optionals pkgs.stdenv.hostPlatform.isLinux [ pkgs.lsof ];
      home.shellAliases = lib.mkMerge [
        {
          ll = "ls -l";
          la = "ls -la";
        }
        (lib.mkIf pkgs.stdenv.hostPlatform.isDarwin { flush-dns = "sudo killall -HUP mDNSResponder"; })
      ];
    };
}
