# Fallbacks that fleet.toml cannot say, because the broken package lives inside a
# nested set: python's packages are extended, not replaced, so that layers before and
# after this one keep theirs. A hotfix for a top-level package belongs in fleet.toml.
{ inputs, ... }:
{
  flake.overlays.python-hotfixes = final: prev: {
    pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
      (pyfinal: pyprev: {
        # https://hydra.nixos.org/job/nixpkgs/trunk/python3Packages.ipython.aarch64-darwin
        # Reason: a test waits for a terminal that the build sandbox does not have
        # TODO: Remove when the job above is green again
        # Added: 2025-10-21
        ipython = pyprev.ipython.overridePythonAttrs (_: {
          doCheck = false;
        });
      })
    ];
  };

  flake.modules.nixos.base.nixpkgs.overlays = [ inputs.self.overlays.python-hotfixes ];
  flake.modules.darwin.base.nixpkgs.overlays = [ inputs.self.overlays.python-hotfixes ];
}
