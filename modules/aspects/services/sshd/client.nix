# The way out: names of the fleet are only ever reached with a known host key.
{
  flake.modules.nixos."services/sshd/client" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { lib, ... }:
    {
      programs.ssh.extraConfig = lib.mkBefore ''
        # instance ${instance}
        Host *.${settings.domain or "zt"}
          StrictHostKeyChecking yes
          ForwardAgent no
      '';
    };

  flake.modules.darwin."services/sshd/client" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { lib, ... }:
    {
      programs.ssh.extraConfig = lib.mkBefore ''
        # instance ${instance}
        Host *.${settings.domain or "zt"}
          StrictHostKeyChecking yes
          ForwardAgent no
      '';
    };
}
