{ pkgs, ... }:
{
  environment.systemPackages = [ pkgs.postgresql_17 ];
  services.postgresql.enable = true;
  services.postgresql.ensureDatabases = [ "workshop" ];
}
