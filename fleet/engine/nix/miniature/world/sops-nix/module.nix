# The options of sops-nix, and where sops.package is set also what it does: the manifest,
# and its installation when the system is activated.
{ config, lib, pkgs, ... }:
let
  t = lib.types;
  cfg = config.sops;
  manifest = suffix: secrets: pkgs.writeText "manifest${suffix}.json" (
    builtins.toJSON {
      secrets = lib.attrValues secrets;
      templates = [ ];
      placeholderBySecretName = { };
      secretsMountPoint = "/run/secrets${suffix}.d";
      symlinkPath = "/run/secrets${suffix}";
      keepGenerations = 1;
      gnupgHome = null;
      sshKeyPaths = [ ];
      ageKeyFile = cfg.age.keyFile;
      ageSshKeyPaths = cfg.age.sshKeyPaths;
      useTmpfs = false;
      userMode = false;
      logging = { keyImport = false; secretChanges = true; };
    }
  );
  installed = suffix: secrets:
    let
      one = s: let at = lib.escapeShellArg s.path; in ''
        mkdir -p -m 0751 "$(dirname ${at})"
        (umask 077 && SOPS_AGE_KEY_FILE=${cfg.age.keyFile} ${cfg.package}/bin/sops decrypt --input-type binary --output-type binary ${s.sopsFile} > ${at}.new) &&
          chown ${s.owner}:${if s.group == null then "root" else s.group} ${at}.new && chmod ${s.mode} ${at}.new && mv -f ${at}.new ${at} || status=1
      '';
    in
    lib.optionalString (secrets != { }) (
      if cfg.installer == "sops" then
        "# ${manifest suffix secrets}\n" + lib.concatMapStrings one (lib.attrValues secrets)
      else
        "HOME=/var/empty ${cfg.package}/bin/sops-install-secrets ${manifest suffix secrets} || status=1\n"
    );
  early = lib.filterAttrs (_: s: s.neededForUsers) cfg.secrets;
  others = lib.filterAttrs (_: s: !s.neededForUsers) cfg.secrets;
in
{
  options.sops = {
    defaultSopsFile = lib.mkOption { type = t.nullOr t.path; default = null; };
    package = lib.mkOption { type = t.nullOr t.path; default = null; };
    # Miniature's own: which program the package has.
    installer = lib.mkOption { type = t.str; default = "sops-install-secrets"; };
    age.keyFile = lib.mkOption { type = t.nullOr t.str; default = null; };
    age.sshKeyPaths = lib.mkOption { type = t.listOf t.str; default = [ "/etc/ssh/ssh_host_ed25519_key" ]; };
    secrets = lib.mkOption {
      default = { };
      type = t.attrsOf (
        t.submodule ({ name, config, ... }: {
          options = {
            name = lib.mkOption { type = t.str; default = name; };
            key = lib.mkOption { type = t.str; default = name; };
            path = lib.mkOption { type = t.str; default = "/run/secrets${lib.optionalString config.neededForUsers "-for-users"}/${name}"; };
            format = lib.mkOption { type = t.str; default = "yaml"; };
            sopsFile = lib.mkOption { type = t.nullOr t.path; default = cfg.defaultSopsFile; };
            owner = lib.mkOption { type = t.str; default = "root"; };
            group = lib.mkOption { type = t.nullOr t.str; default = null; };
            mode = lib.mkOption { type = t.str; default = "0400"; };
            uid = lib.mkOption { type = t.int; default = 0; };
            gid = lib.mkOption { type = t.int; default = 0; };
            neededForUsers = lib.mkOption { type = t.bool; default = false; };
            restartUnits = lib.mkOption { type = t.listOf t.str; default = [ ]; };
            reloadUnits = lib.mkOption { type = t.listOf t.str; default = [ ]; };
          };
        })
      );
    };
  };
  config = lib.mkIf (cfg.package != null && cfg.secrets != { }) {
    system.activationScripts.setupSecrets.text = installed "-for-users" early + installed "" others;
  };
}
