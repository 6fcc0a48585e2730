# clan-core is optional here. The fleet's registry is fleet.toml, and the services
# under ../services are plain modules; neither needs clan.
#
# Add `clan-core` to the flake's inputs and its module is imported: the `clan`
# command then knows this flake, and a service instance in fleet.toml may say
# `input = "clan-core"` to be realised by clan's own service module.
{ inputs, lib, ... }:
{
  imports = lib.optional (inputs ? clan-core) inputs.clan-core.flakeModules.default;
}
