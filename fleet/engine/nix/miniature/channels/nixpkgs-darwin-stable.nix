# A stable channel for the Mac: an older release, with what differs from versions.nix.
{
  release = "25.11-darwin";
  suffix = "";
  versions = {
    curl = "8.14.1";
    duckdb = "1.3.1";
    git = "2.50.1";
    goaccess = "1.9.3";
    hello = "2.12.1";
    micromamba = "2.1.1";
    ncdu = "2.8.2";
    nginx = "1.28.0";
    postgresql_17 = "17.5";
    vim = "9.1.1475";
  };
}
