# crs58 deploys the fleet from stibnite.
{
  flake.modules.homeManager."users/crs58" =
    { pkgs, ... }:
    {
      programs.git.settings.user.name = "crs58";
      programs.git.settings.user.email = "crs58@vanadinite.example";
      programs.git.settings.commit.template = "~/.config/git/message";
      programs.starship.settings.add_newline = false;
      home.packages = [
        pkgs.flake-age
        pkgs.generation-diff
      ];
      home.file.".config/fleet/notes.txt".text = ''
        plan before update; read the groups, then approve
        electrum and galena first, cinnabar last: it is the network's controller
      '';
    };
}
