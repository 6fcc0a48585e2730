inputs: final: prev:
let
  inherit (prev.stdenv.hostPlatform) system;
  given = name: inputs.tools.packages.${system}.${name} or final.empty;
in
{
  tool = final.callPackage ../pkgs/tool { };
  gift = given "gift";
  dup = prev.dup.override { small = true; };
  script = final.writeShellScriptBin "script" "echo";
}
