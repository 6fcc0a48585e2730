# What `core` does differently where there is no Mac to integrate with.
{
  flake.modules.homeManager.core =
    { lib, pkgs, ... }:
    {
      systemd.user.startServices = lib.mkIf pkgs.stdenv.hostPlatform.isLinux "sd-switch";
      home.shellAliases = lib.mkMerge [
        {
          ll = "ls -l";
          la = "ls -la";
        }
        (lib.mkIf pkgs.stdenv.hostPlatform.isDarwin { flush-dns = "sudo killall -HUP mDNSResponder"; })
      ];
    };
}
