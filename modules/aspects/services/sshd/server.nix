# The way in. Keys only come from the fleet; how strict the server is otherwise is the
# aspect ssh-hardening's affair.
{
  flake.modules.nixos."services/sshd/server" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { lib, ... }:
    {
      services.openssh.enable = true;
      services.openssh.ports = [ (settings.port or 22) ];
      services.openssh.openFirewall = true;
      services.openssh.settings.AllowTcpForwarding = lib.mkIf (settings.forwarding or false) true;
      services.openssh.hostKeys = [
        {
          path = "/etc/ssh/ssh_host_ed25519_key";
          type = "ed25519";
        }
      ];
      environment.etc."ssh/fleet-${instance}.txt".text = ''
        ${machine.name} accepts keys of the instance ${instance}.
      '';
    };

  flake.modules.darwin."services/sshd/server" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    {
      # Remote Login, with keys only.
      services.openssh.enable = true;
      services.openssh.extraConfig = ''
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        AllowUsers ${machine.user}
      '';
    };
}
