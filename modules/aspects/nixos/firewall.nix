# Closed but for what an aspect or a service role opens.
{
  flake.modules.nixos.firewall = {
    networking.firewall = {
      enable = true;
      allowPing = true;
      logRefusedConnections = false;
      rejectPackets = false;
    };
  };
}
