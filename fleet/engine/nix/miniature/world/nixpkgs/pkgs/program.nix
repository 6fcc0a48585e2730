# One tiny program: it prints its name and version.
{ lib, stdenv, pname, version }:
stdenv.mkDerivation {
  inherit pname version;
  dontUnpack = true;
  installPhase = ''
    mkdir -p "$out/bin"
    printf '#!/bin/sh\necho "%s"\n' "$pname $version" > "$out/bin/$pname"
    chmod +x "$out/bin/$pname"
    runHook postInstall
  '';
  meta = {
    description = "${pname}, in miniature";
    mainProgram = pname;
    license = lib.licenses.mit;
    platforms = lib.platforms.all;
  };
}
