{ inventory.instances.one.roles.default.extraModules = [ ./more.nix { } ]; }
