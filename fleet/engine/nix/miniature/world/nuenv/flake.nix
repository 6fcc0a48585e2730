{
  description = "a miniature nuenv: an overlay with one name";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    {
      overlays.default = final: prev: {
        nuenv = final.writeShellApplication {
          name = "nuenv";
          text = "echo nuenv 0.1.0";
        };
      };
      overlays.nuenv = self.overlays.default;
    };
}
