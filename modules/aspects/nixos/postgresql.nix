# One database server, reached over its socket: no port, no password.
{
  flake.modules.nixos.postgresql =
    { lib, pkgs, ... }:
    {
      services.postgresql = {
        enable = true;
        package = pkgs.postgresql_17;
        ensureDatabases = [ "notes" ];
        ensureUsers = [
          {
            name = "notes";
            ensureDBOwnership = true;
          }
        ];
        settings = {
          log_min_duration_statement = 500;
          shared_buffers = lib.mkDefault "256MB";
        };
      };
      services.postgresqlBackup.enable = true;
      services.postgresqlBackup.startAt = "*-*-* 02:30:00";
    };
}
