# The machines at Google, one of them with a GPU.
{
  flake.modules.terranix.gcp =
    { lib, ... }:
    let
      instances = {
        galena = {
          machine_type = "e2-standard-4";
          gpu = null;
        };
        scheelite = {
          machine_type = "n1-standard-8";
          gpu = "nvidia-tesla-t4";
        };
      };
      zone = "us-central1-a";
    in
    {
      terraform.required_providers.google.source = "hashicorp/google";
      variable.gcp_project = {
        description = "project that pays";
        type = "string";
      };
      provider.google = {
        project = "\${var.gcp_project}";
        inherit zone;
      };

      resource.google_compute_instance = lib.mapAttrs (
        name: instance:
        {
          inherit name zone;
          inherit (instance) machine_type;
          boot_disk.initialize_params = {
            image = "debian-cloud/debian-12";
            size = 100;
          };
          network_interface = {
            network = "default";
            access_config = { };
          };
          metadata.ssh-keys = "root:\${var.ssh_public_key}";
        }
        // lib.optionalAttrs (instance.gpu != null) {
          guest_accelerator = {
            type = instance.gpu;
            count = 1;
          };
          # A machine with a GPU cannot be moved while it runs.
          scheduling.on_host_maintenance = "TERMINATE";
        }
      ) instances;
    };
}
