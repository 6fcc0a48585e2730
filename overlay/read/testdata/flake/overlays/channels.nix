inputs: final: prev: {
  old = import inputs.old { inherit (prev.stdenv.hostPlatform) system; };
  inherit inputs;
}
