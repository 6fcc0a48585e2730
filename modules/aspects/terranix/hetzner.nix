# The servers at Hetzner. Size and place are facts of the provider's product list; all
# else about a machine is in fleet.toml and its aspects.
{
  flake.modules.terranix.hetzner =
    { lib, ... }:
    let
      servers = {
        cinnabar = {
          server_type = "cx33";
          location = "nbg1";
        };
        electrum = {
          server_type = "cx23";
          location = "hel1";
        };
      };
    in
    {
      terraform.required_providers.hcloud.source = "hetznercloud/hcloud";
      variable.hcloud_token = {
        description = "API token, given through the environment, never written down";
        type = "string";
        sensitive = true;
      };
      provider.hcloud.token = "\${var.hcloud_token}";

      resource.hcloud_ssh_key.install = {
        name = "install";
        public_key = "\${var.ssh_public_key}";
      };
      resource.hcloud_server = lib.mapAttrs (name: server: {
        inherit name;
        inherit (server) server_type location;
        image = "debian-12";
        ssh_keys = [ "\${hcloud_ssh_key.install.id}" ];
        public_net = {
          ipv4_enabled = true;
          ipv6_enabled = true;
        };
        # Replaced by NixOS at install; a new image is no reason to rebuild the server.
        lifecycle.ignore_changes = [ "image" ];
      }) servers;
    };
}
