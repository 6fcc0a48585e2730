# One prompt for both shells: short on a laptop, and with the host's name on a server.
{
  flake.modules.homeManager.starship =
    { lib, ... }:
    {
      programs.starship = {
        enable = true;
        settings = {
          add_newline = lib.mkDefault true;
          command_timeout = 1000;
          hostname.ssh_only = true;
          nix_shell.format = "[nix](bold blue) ";
          directory.truncation_length = 4;
        };
      };
    };
}
