# Certificates. The address is where the authority writes when one is about to expire.
{
  flake.modules.nixos.acme = {
    security.acme.acceptTerms = true;
    security.acme.defaults.email = "hostmaster@vanadinite.example";
  };
}
