# What all servers have.
{ pkgs, ... }:
{
  environment.systemPackages = [
    pkgs.curl
    pkgs.git
    pkgs.htop
  ];
  environment.etc."workshop/handbook.txt".text = ''
    Servers of the workshop. Change the flake, not the files.
  '';
  services.openssh.enable = true;
  time.timeZone = "Etc/UTC";

  systemd.services.heartbeat = {
    description = "Says that the configuration is there";
    wantedBy = [ "multi-user.target" ];
    serviceConfig.Type = "oneshot";
    serviceConfig.RemainAfterExit = true;
    script = ''
      echo "heartbeat"
    '';
  };
}
