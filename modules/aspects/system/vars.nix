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
  # from both. The first digits of the network name its controller. The program is that of
  # clan's zerotier service; assay does itself what it does.
  zerotier =
    {
      instance,
      roles,
      machine,
    }:
    let
      controller = builtins.head (builtins.attrNames roles.controller.machines);
    in
    {
      "zerotier-identity-${machine.name}" = {
        share = true;
        files.identity-secret.restartUnits =
          if machine.class == "nixos" then [ "zerotierone.service" ] else [ ];
        script = ''
          zerotier-generate --mode identity-only --identity-secret "$out"/identity-secret
        '';
      };
      "zerotier-network-${instance}" = {
        share = true;
        files.network-id.secret = false;
        files.network-id.deploy = false;
        dependencies = [ "zerotier-identity-${controller}" ];
        script = ''
          zerotier-generate --mode network-id \
            --identity-secret-file "$in"/zerotier-identity-${controller}/identity-secret \
            --network-id "$out"/network-id
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
          zerotier-generate --mode compute-ip \
            --identity-secret "$in"/zerotier-identity-${machine.name}/identity-secret \
            --network-id-file "$in"/zerotier-network-${instance}/network-id \
            --ip "$out"/ip
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
    {
      clan.core.vars.generators = zerotier { inherit instance roles machine; };
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
    {
      clan.core.vars.generators = zerotier { inherit instance roles machine; };
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
        runtimeInputs = [
          pkgs.openssl
          pkgs.mkpasswd
        ];
        script = ''
          password=$(cat "$prompts"/user-password)
          if [ -n "$password" ]; then
            printf %s "$password" > "$out"/user-password
          else
            openssl rand -base64 18 | tr -d "\n" > "$out"/user-password
          fi
          mkpasswd -s -m sha-512 < "$out"/user-password | tr -d "\n" > "$out"/user-password-hash
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
