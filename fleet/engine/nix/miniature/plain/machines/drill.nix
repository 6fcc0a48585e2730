{ pkgs, ... }:
{
  environment.systemPackages = [ pkgs.ripgrep pkgs.tmux ];
  environment.etc."workshop/drill.conf".text = ''
    speed = 900
  '';
}
