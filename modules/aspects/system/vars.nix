# Generated values: keys, passwords and identities that `assay vars generate` makes once and
# keeps, encrypted, in the directory vars. They are declared in the option that clan has;
# it belongs to base, because every machine has that. What an aspect or a role needs is
# added to it here.
let
  generators =
    { lib, ... }:
    {
      options.clan.core.vars.generators = lib.mkOption {
        type = lib.types.attrsOf lib.types.anything;
        default = { };
        description = "generators of values, as clan declares them";
      };
    };

  # The key by which a machine is known; assay pins it.
  openssh = pkgs: {
    files."ssh.id_ed25519".secret = true;
    files."ssh.id_ed25519.pub".secret = false;
    runtimeInputs = [ pkgs.openssh ];
    script = ''
      ssh-keygen -t ed25519 -N "" -C "" -f "$out"/ssh.id_ed25519
    '';
  };

  # Who the machine is in the network, which network that is, and the address that follows
  # from both. The first digits of the network name its controller.
  zerotier =
    {
      instance,
      roles,
      machine,
      pkgs,
    }:
    let
      controller = builtins.head (builtins.attrNames roles.controller.machines);
    in
    {
      "zerotier-identity-${machine.name}" = {
        share = true;
        files.identity-secret.restartUnits =
          if machine.class == "nixos" then [ "zerotierone.service" ] else [ ];
        runtimeInputs = [ pkgs.zerotierone ];
        script = ''
          zerotier-idtool generate "$out"/identity-secret
        '';
      };
      "zerotier-network-${instance}" = {
        share = true;
        files.network-id.secret = false;
        files.network-id.deploy = false;
        dependencies = [ "zerotier-identity-${controller}" ];
        script = ''
          node=$(cut -d : -f 1 "$in"/zerotier-identity-${controller}/identity-secret)
          number=$(head -c 3 /dev/urandom | od -An -tx1 | tr -d " \n")
          printf %s "$node$number" > "$out"/network-id
        '';
      };
      "zerotier-ip-${machine.name}-${instance}" = {
        share = true;
        files.ip.secret = false;
        files.ip.deploy = false;
        dependencies = [
          "zerotier-identity-${machine.name}"
          "zerotier-network-${instance}"
        ];
        script = ''
          network=$(cat "$in"/zerotier-network-${instance}/network-id)
          node=$(cut -d : -f 1 "$in"/zerotier-identity-${machine.name}/identity-secret)
          printf %s "$network$node" |
            sed -E 's/(..)(....)(....)(....)(..)(..)(....)(....)/fd\1:\2:\3:\4:\599:93\6:\7:\8/' > "$out"/ip
        '';
      };
    };
in
{
  flake.modules.nixos.base = generators;
  flake.modules.darwin.base = generators;

  flake.modules.nixos."services/sshd/server" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { pkgs, ... }:
    {
      clan.core.vars.generators.openssh = openssh pkgs;
    };

  flake.modules.nixos."services/zerotier/peer" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { pkgs, ... }:
    {
      clan.core.vars.generators = zerotier {
        inherit
          instance
          roles
          machine
          pkgs
          ;
      };
    };

  flake.modules.darwin."services/sshd/server" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { pkgs, ... }:
    {
      clan.core.vars.generators.openssh = openssh pkgs;
    };

  flake.modules.darwin."services/zerotier/peer" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { pkgs, ... }:
    {
      clan.core.vars.generators = zerotier {
        inherit
          instance
          roles
          machine
          pkgs
          ;
      };
    };

  # Of the owner's password only the hash goes to the machine.
  flake.modules.nixos."services/users/default" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { pkgs, ... }:
    {
      clan.core.vars.generators."user-password-${machine.user}" = {
        files.user-password.deploy = false;
        files.user-password-hash.neededFor = "users";
        prompts.user-password = {
          type = "hidden";
          persist = true;
          description = "Leave empty to generate automatically";
          display.required = false;
        };
          runtimeInputs = [ pkgs.openssl ];
          script = ''
            if [ -s "$prompts"/user-password ]; then
              tr -d "\n" < "$prompts"/user-password > "$out"/user-password
            else
              openssl rand -base64 18 | tr -d "\n" > "$out"/user-password
            fi
            openssl passwd -6 -in "$out"/user-password | tr -d "\n" > "$out"/user-password-hash
          '';
      };
    };

  # Opens the disk that `install` encrypts.
  flake.modules.nixos.hetzner =
    { pkgs, ... }:
    {
      clan.core.vars.generators.luks = {
        files.passphrase.neededFor = "partitioning";
        runtimeInputs = [ pkgs.openssl ];
        script = ''
          openssl rand -base64 32 | tr -d "\n" > "$out"/passphrase
        '';
      };
    };
}
