# cameron runs the servers.
{
  flake.modules.homeManager."users/cameron" =
    { pkgs, ... }:
    {
      programs.git.settings.user.name = "cameron";
      programs.git.settings.user.email = "cameron@vanadinite.example";
      programs.git.settings.init.defaultBranch = "trunk";
      home.packages = [
        pkgs.dnsutils
        pkgs.generation-diff
        pkgs.mtr
      ];
      home.file.".config/fleet/notes.txt".text = ''
        journalctl -p warning -b     what went wrong since boot
        systemctl --failed           units that need a look
      '';
    };
}
