# argentum: christophersmith's laptop, often on another coast.
{
  flake.modules.darwin."machines/darwin/argentum" = {
    networking.hostName = "argentum";
    networking.computerName = "argentum";
    system.primaryUser = "christophersmith";

    environment.etc."fleet/machine.txt".text = ''
      name: argentum
      owner: christophersmith
      role: laptop
    '';

    time.timeZone = "America/Los_Angeles";
    system.defaults.NSGlobalDomain.AppleInterfaceStyle = "Dark";
    system.defaults.NSGlobalDomain.AppleInterfaceStyleSwitchesAutomatically = false;
  };
}
