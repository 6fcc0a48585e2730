# Infrastructure as code: what every terranix configuration starts from. A class of its
# own, so that nothing of it can reach a machine's configuration.
{
  flake.modules.terranix.base = {
    terraform.required_version = ">= 1.6.0";
    variable.ssh_public_key = {
      description = "public half of the key that the first install logs in with";
      type = "string";
    };
  };
}
