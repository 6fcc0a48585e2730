# Signing keys, unlocked once a working day.
{
  flake.modules.homeManager.gpg =
    { pkgs, ... }:
    {
      programs.gpg.enable = true;
      programs.gpg.settings = {
        keyid-format = "0xlong";
        with-fingerprint = true;
        no-emit-version = true;
      };
      services.gpg-agent.enable = true;
      services.gpg-agent.defaultCacheTtl = 28800;
      services.gpg-agent.maxCacheTtl = 43200;
      services.gpg-agent.pinentry.package =
        if pkgs.stdenv.hostPlatform.isDarwin then pkgs.pinentry_mac else pkgs.pinentry-curses;
    };
}
