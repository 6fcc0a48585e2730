# The part of nixpkgs' lib that small flakes use: names and meaning are nixpkgs',
# the code is not.
let
  lib = builtins // (import ./functions.nix { inherit lib; }) // (import ./modules.nix { inherit lib; }) // {
    types = import ./types.nix { inherit lib; };
    systems = import ./systems.nix { inherit lib; };
    declare = import ./declare.nix { inherit lib; };
    inherit lib;
    licenses = builtins.listToAttrs (
      map (id: {
        name = id;
        value = {
          shortName = id;
          free = id != "unfree";
        };
      }) [ "asl20" "bsd3" "gpl2Only" "gpl3Only" "mit" "mpl20" "unfree" ]
    );
    platforms = rec {
      linux = [ "x86_64-linux" "aarch64-linux" ];
      darwin = [ "aarch64-darwin" "x86_64-darwin" ];
      unix = linux ++ darwin;
      all = unix;
    };
    maintainers = { };
  };
in
lib
