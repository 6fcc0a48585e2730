{ lib, stdenv, fetchurl, zlib ? null, withTests ? stdenv.isLinux }:
stdenv.mkDerivation rec {
  pname = "tiny";
  version = "1.2";
  src = fetchurl {
    url = "mirror://example/${pname}-${version}.tar.gz";
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };
  buildInputs = lib.optional (zlib != null) zlib;
  doCheck = withTests;
  installPhase = ''
    runHook preInstall
    install -Dm755 tiny "$out/bin/tiny"
    for f in *.1; do
      install -Dm644 "$f" "''${!outputMan}/share/man/man1/$(basename $f)"
    done
    runHook postInstall
  '';
  meta = with lib; { license = licenses.asl20; platforms = platforms.unix; };
}
