# christophersmith travels, and wants little.
{
  flake.modules.homeManager."users/christophersmith" =
    { lib, pkgs, ... }:
    {
      home.packages = [ pkgs.mosh ];
      home.sessionVariables.EDITOR = lib.mkForce "nano";
      xdg.configFile."nano/nanorc".text = ''
        set linenumbers
        set tabsize 4
        set tabstospaces
      '';
    };
}
