{ lib }:
{
  elaborate =
    system:
    let
      parts = lib.splitString "-" system;
      cpu = builtins.head parts;
      kernel = lib.last parts;
    in
    rec {
      inherit system;
      config = system;
      isLinux = kernel == "linux";
      isDarwin = kernel == "darwin";
      isx86_64 = cpu == "x86_64";
      isAarch64 = cpu == "aarch64";
      isUnix = true;
      parsed.cpu.name = cpu;
      parsed.kernel.name = kernel;
      linuxArch = cpu;
      __toString = _: system;
    };
  flakeExposed = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
}
