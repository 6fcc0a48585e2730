{ stdenv }: stdenv.mkDerivation { name = "tool"; }
