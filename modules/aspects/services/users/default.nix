# The account of a machine's owner, as fleet.toml names it. On NixOS it is created; on a
# Mac it exists already, and nix-darwin only needs to know its home.
{
  flake.modules.nixos."services/users/default" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { pkgs, lib, ... }:
    {
      users.users.${machine.user} = {
        isNormalUser = true;
        description = "${machine.user} (${instance})";
        extraGroups = settings.groups or [ "wheel" ];
        shell = lib.mkDefault pkgs.fish;
      };
      # Who may deploy: public keys, listed in fleet.toml.
      users.users.root.openssh.authorizedKeys.keys = settings.keys or [ ];
    };

  flake.modules.darwin."services/users/default" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { pkgs, ... }:
    {
      users.users.${machine.user} = {
        home = "/Users/${machine.user}";
        shell = pkgs.zsh;
      };
    };
}
