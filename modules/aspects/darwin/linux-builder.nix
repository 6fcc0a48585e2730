# A small Linux machine in the background, so that this Mac can build for the servers.
{
  flake.modules.darwin.linux-builder = {
    nix.linux-builder = {
      enable = true;
      ephemeral = true;
      maxJobs = 4;
    };
    nix.settings.builders-use-substitutes = true;
  };
}
