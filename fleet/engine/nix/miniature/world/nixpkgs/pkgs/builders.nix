# The trivial builders.
{ lib, final }:
let
  inherit (final) stdenv runCommand writeTextFile;
  # Links what is below each path into $out, directories made anew; the first path that
  # has a file wins.
  joinInto = ''
    mkdir -p "$out"
    for path in $paths; do
      cd "$path"
      find . -type d | while read -r d; do mkdir -p "$out/$d"; done
      find . ! -type d | while read -r f; do [ -e "$out/$f" ] || ln -s "$path/$f" "$out/$f"; done
    done
  '';
in
rec {
  runCommand = name: env: buildCommand: stdenv.mkDerivation ({ inherit name buildCommand; passAsFile = [ "buildCommand" ] ++ env.passAsFile or [ ]; } // removeAttrs env [ "passAsFile" ]);
  runCommandLocal = runCommand;
  runCommandNoCC = runCommand;
  writeTextFile = { name, text, executable ? false, destination ? "", checkPhase ? "", meta ? { }, passthru ? { } }:
    stdenv.mkDerivation {
      inherit name text meta passthru destination checkPhase;
      executable = if executable then "1" else "";
      passAsFile = [ "text" "buildCommand" ];
      buildCommand = ''
        target="$out$destination"
        mkdir -p "''${target%/*}"
        cp "$textPath" "$target"
        if [ -n "$executable" ]; then chmod 555 "$target"; else chmod 444 "$target"; fi
        eval "$checkPhase"
      '';
    };
  writeText = name: text: writeTextFile { inherit name text; };
  writeTextDir = path: text: writeTextFile { name = baseNameOf path; inherit text; destination = "/${path}"; };
  writeScript = name: text: writeTextFile { inherit name text; executable = true; };
  writeScriptBin = name: text: writeTextFile { inherit name text; executable = true; destination = "/bin/${name}"; meta.mainProgram = name; };
  writeShellScript = name: text: writeScript name "#!/bin/sh\n${text}";
  writeShellScriptBin = name: text: writeScriptBin name "#!/bin/sh\n${text}";
  writeShellApplication = { name, text, runtimeInputs ? [ ], meta ? { }, ... }:
    writeTextFile {
      inherit name;
      executable = true;
      destination = "/bin/${name}";
      meta = { mainProgram = name; } // meta;
      text = "#!/bin/sh\nset -eu\n${lib.optionalString (runtimeInputs != [ ]) "export PATH=\"${lib.makeBinPath runtimeInputs}:$PATH\"\n"}\n${text}";
    };
  symlinkJoin = { name, paths, postBuild ? "", ... }: runCommand name { inherit paths; } (joinInto + postBuild);
  buildEnv = { name, paths, postBuild ? "", ... }: runCommand name { inherit paths; } (joinInto + postBuild);
  linkFarm = name: entries:
    runCommand name { } (
      "mkdir -p $out\n" + lib.concatMapStrings (e: ''
        mkdir -p "$(dirname "$out/${e.name}")"
        ln -s ${e.path} "$out/${e.name}"
      '') (if lib.isList entries then entries else lib.mapAttrsToList (name: path: { inherit name path; }) entries)
    );
  fetchpatch = { url, hash, ... }: derivation {
    name = "patch";
    inherit url;
    builder = "builtin:fetchurl";
    system = "builtin";
    outputHash = hash;
    outputHashMode = "flat";
    preferLocalBuild = true;
  };
  applyPatches = { src, patches ? [ ], name ? "source", ... }:
    runCommand "${name}-patched" { inherit src patches; } ''
      cp -r "$src" "$out" && chmod -R u+w "$out"
      for p in $patches; do (cd "$out" && patch -p1 < "$p"); done
    '';
  mkShell = args: stdenv.mkDerivation ({ name = "shell"; buildCommand = "mkdir $out"; } // args);
  mkShellNoCC = mkShell;
}
