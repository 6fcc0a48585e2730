# The package set: tiny programs by name and version, the builders that flakes use, and
# the few sets that have packages inside.
{ lib, config, final, overlays, system }:
let
  channel = import ../channel.nix;
  versions = import ./versions.nix // channel.versions;
  inherit (final) stdenv;

  program = pname: final.callPackage ./program.nix { inherit pname; version = versions.${pname}; };
  # Packages below a name with a dot, such as nerd-fonts.symbols-only.
  inside = set: prefix: names: lib.genAttrs names (name: final.callPackage ./program.nix { pname = "${prefix}${name}"; version = versions."${set}.${name}" or "1.0"; });

  top = lib.filterAttrs (name: _: !lib.hasInfix "." name) versions;
  python = lib.fix (
    lib.foldl' (lib.flip lib.extends) (
      pyfinal:
      lib.mapAttrs (
        _: p: p // { overridePythonAttrs = p.overrideAttrs; }
      ) (inside "python3Packages" "python3.13-" [ "huggingface-hub" "ipython" "numpy" "requests" ])
    ) final.pythonPackagesExtensions
  );
in
lib.mapAttrs (name: _: program name) top
// import ./builders.nix { inherit lib final; }
// {
  inherit lib system config overlays;
  pkgs = final;
  path = ../.;
  callPackage = lib.callPackageWith (final // { inherit system; pkgs = final; });
  callPackages = final.callPackage;
  newScope = extra: lib.callPackageWith (final // extra);
  stdenv = import ./stdenv.nix { inherit lib system; };
  stdenvNoCC = stdenv;
  inherit (stdenv) hostPlatform buildPlatform targetPlatform;
  extend = overlay: import ../. { inherit system config; overlays = overlays ++ [ overlay ]; };
  appendOverlays = more: import ../. { inherit system config; overlays = overlays ++ more; };

  pythonPackagesExtensions = [ ];
  python3Packages = python;
  python3 = program "python3" // { pkgs = final.python3Packages; };
  vimPlugins = inside "vimPlugins" "vimplugin-" [ "gitsigns-nvim" "nvim-lspconfig" "telescope-nvim" ];
  nerd-fonts = inside "nerd-fonts" "nerd-fonts-" [ "jetbrains-mono" "symbols-only" ];
  nvtopPackages = inside "nvtopPackages" "nvtop-" [ "amd" "full" "nvidia" ];
  systemd = (program "systemd").overrideAttrs { passthru.interfaceVersion = channel.interfaceVersion or 2; };
  linux = program "linux";
  linuxPackages.kernel = final.linux;
}
