# A page on every machine that says where its configuration comes from.
let
  text = ''
    This machine belongs to the vanadinite fleet.

    Its configuration is a set of aspects, read from the fleet's repository.
    Files under /etc and under home directories that come from there are links
    into the Nix store: edit the repository, not the link.

    A change is planned, shown, approved and applied to many machines at once,
    and can be taken back to the generation before.
  '';
in
{
  flake.modules.nixos.base.environment.etc."fleet/handbook.txt".text = text;
  flake.modules.darwin.base.environment.etc."fleet/handbook.txt".text = text;
}
