# cinnabar: controller of the overlay network, public front, and keeper of the metrics.
{
  flake.modules.nixos."machines/nixos/cinnabar" = {
    networking.hostName = "cinnabar";
    networking.domain = "zt";
    system.stateVersion = "25.05";

    environment.etc."fleet/machine.txt".text = ''
      name: cinnabar
      owner: cameron
      role: network controller, web front, metrics
    '';

    networking.interfaces.enp1s0.ipv6.addresses = [
      {
        address = "2001:db8:2f:1::1";
        prefixLength = 64;
      }
    ];
    # Metrics need room: keep fewer generations.
    nix.gc.options = "--delete-older-than 14d";
  };
}
