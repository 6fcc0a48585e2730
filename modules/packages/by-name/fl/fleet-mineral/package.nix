# The fleet's hosts are named after minerals; this says what the name stands for.
{ lib, stdenvNoCC }:
stdenvNoCC.mkDerivation {
  pname = "fleet-mineral";
  version = "1.0.0";

  dontUnpack = true;

  installPhase = ''
    runHook preInstall
    install -d "$out/share/fleet-mineral" "$out/bin"
    cat > "$out/share/fleet-mineral/minerals" <<'END'
    argentum   native silver, Ag
    blackphos  black phosphorus, P
    cinnabar   mercury sulfide, HgS
    electrum   an alloy of gold and silver
    galena     lead sulfide, PbS
    rosegold   an alloy of gold and copper
    scheelite  calcium tungstate, CaWO4
    stibnite   antimony sulfide, Sb2S3
    END
    cat > "$out/bin/fleet-mineral" <<END
    #!/bin/sh
    grep "^\$1" "$out/share/fleet-mineral/minerals"
    END
    chmod +x "$out/bin/fleet-mineral"
    runHook postInstall
  '';

  meta = {
    description = "What the names of the fleet's hosts stand for";
    license = lib.licenses.asl20;
    mainProgram = "fleet-mineral";
    platforms = lib.platforms.all;
  };
}
