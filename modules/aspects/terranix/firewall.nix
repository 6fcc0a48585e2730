# The provider's firewall, outside of the machine: SSH, the web, and the overlay network.
{
  flake.modules.terranix.hetzner = {
    resource.hcloud_firewall.front = {
      name = "front";
      rule =
        map
          (port: {
            direction = "in";
            protocol = "tcp";
            inherit port;
            source_ips = [
              "0.0.0.0/0"
              "::/0"
            ];
          })
          [
            "22"
            "80"
            "443"
          ]
        ++ [
          {
            direction = "in";
            protocol = "udp";
            port = "9993";
            source_ips = [
              "0.0.0.0/0"
              "::/0"
            ];
          }
        ];
    };
  };
}
