# Addresses that keep guessing are shut out, longer each time. The fleet's own
# management network is never banned: that would lock out the operator.
{
  flake.modules.nixos.fail2ban = {
    services.fail2ban = {
      enable = true;
      maxretry = 5;
      bantime = "15m";
      bantime-increment.enable = true;
      bantime-increment.maxtime = "48h";
      ignoreIP = [
        "192.0.2.0/24"
        "2001:db8:2f::/48"
      ];
    };
  };
}
