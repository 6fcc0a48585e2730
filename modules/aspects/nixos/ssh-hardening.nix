# What is left on when the SSH server faces the internet. The server itself is switched
# on by the role services/sshd/server.
{
  flake.modules.nixos.ssh-hardening = {
    services.openssh.settings = {
      PasswordAuthentication = false;
      KbdInteractiveAuthentication = false;
      # Deployment logs in as root, with a key only.
      PermitRootLogin = "prohibit-password";
      X11Forwarding = false;
      MaxAuthTries = 4;
      LoginGraceTime = 20;
    };
    services.openssh.extraConfig = ''
      AllowStreamLocalForwarding no
      PermitTunnel no
    '';
  };
}
