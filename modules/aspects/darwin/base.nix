# What makes a Mac of this fleet, whoever owns it.
{
  flake.modules.darwin.base =
    { lib, ... }:
    {
      system.stateVersion = lib.mkDefault 6;
      # The owner stays the owner: nothing here creates or removes accounts.
      system.defaults.NSGlobalDomain.AppleShowAllExtensions = true;
      system.defaults.NSGlobalDomain.NSDocumentSaveNewDocumentsToCloud = false;
      system.defaults.NSGlobalDomain.AppleInterfaceStyleSwitchesAutomatically = lib.mkDefault true;
      documentation.doc.enable = lib.mkDefault false;
      environment.variables.HOMEBREW_NO_ANALYTICS = "1";
    };
}
