{ pkgs, ... }:
{
  environment.systemPackages = [ pkgs.hello pkgs.vim ];
  users.motd = "hammer\n";
}
