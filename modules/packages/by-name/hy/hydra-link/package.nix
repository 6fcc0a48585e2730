# Prints where Hydra builds a package: the link that a hotfix in fleet.toml carries.
{ writeShellApplication }:
writeShellApplication {
  name = "hydra-link";
  text = ''
    if [ "$#" -lt 1 ]; then
      echo "usage: hydra-link PACKAGE [SYSTEM]" >&2
      exit 2
    fi
    system=''${2:-x86_64-linux}
    echo "https://hydra.nixos.org/job/nixpkgs/trunk/$1.$system"
  '';
}
