{ lib, ... }:
let
  t = lib.types;
in
{
  options.sops = {
    defaultSopsFile = lib.mkOption { type = t.nullOr t.path; default = null; };
    age.sshKeyPaths = lib.mkOption { type = t.listOf t.str; default = [ "/etc/ssh/ssh_host_ed25519_key" ]; };
    secrets = lib.mkOption {
      default = { };
      type = t.attrsOf (
        t.submodule ({ name, ... }: {
          options = {
            path = lib.mkOption { type = t.str; default = "/run/secrets/${name}"; };
            owner = lib.mkOption { type = t.str; default = "root"; };
            mode = lib.mkOption { type = t.str; default = "0400"; };
          };
        })
      );
    };
  };
}
