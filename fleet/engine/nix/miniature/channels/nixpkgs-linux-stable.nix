# A stable channel for Linux: an older release, with what differs from versions.nix.
{
  release = "25.11";
  suffix = "";
  versions = {
    curl = "8.14.1";
    duckdb = "1.3.2";
    git = "2.50.1";
    goaccess = "1.9.3";
    hello = "2.12.1";
    linux = "6.12.41";
    micromamba = "2.1.1";
    ncdu = "2.8.2";
    nginx = "1.28.0";
    postgresql_17 = "17.5";
    systemd = "257.7";
    vim = "9.1.1475";
  };
}
