final: prev:
{
  # does not start since 2.0, https://github.com/NixOS/nixpkgs/issues/123456
  # Added: 2026-01-02
  inherit (final.old) broken;
  dup = final.old.dup;
}
// prev.lib.optionalAttrs prev.stdenv.hostPlatform.isAarch64 {
  # https://hydra.nixos.org/job/nixpkgs/trunk/arm-only.aarch64-linux
  # TODO: Remove when the build is green
  inherit (prev.old) arm-only;
}
// prev.lib.optionalAttrs (prev.stdenv.hostPlatform.system == "x86_64-linux") {
  renamed = final.old.other;
}
