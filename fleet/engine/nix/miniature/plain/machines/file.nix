{
  systemd.services.index = {
    description = "Lists what is stored";
    startAt = "hourly";
    serviceConfig.Type = "oneshot";
    script = "ls /nix/store | wc -l";
  };
}
