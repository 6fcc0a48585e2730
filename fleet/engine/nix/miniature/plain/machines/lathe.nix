{ pkgs, ... }:
{
  environment.systemPackages = [ pkgs.hello pkgs.git ];
  environment.etc."workshop/handbook.txt".text = ''
    The laptop of the workshop.
  '';
  system.primaryUser = "turner";
  launchd.daemons.tidy.command = "/usr/bin/true";
}
