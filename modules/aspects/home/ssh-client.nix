# Reaching the fleet by name, one connection shared by many sessions.
{
  flake.modules.homeManager.ssh-client = {
    programs.ssh = {
      enable = true;
      enableDefaultConfig = false;
      settings."*.zt" = {
        User = "root";
        ForwardAgent = false;
        ControlMaster = "auto";
        ControlPersist = "10m";
        ServerAliveInterval = 15;
      };
      extraConfig = ''
        AddKeysToAgent yes
        HashKnownHosts no
      '';
    };
    home.file.".ssh/README".text = ''
      config is written by home-manager; local additions do not survive.
      Host keys of the fleet are pinned by name and checked on every connection.
    '';
  };
}
