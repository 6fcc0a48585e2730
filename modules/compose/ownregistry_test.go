package compose

import (
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

// TestOwnRegistry: an aspect of a registry whose path says no class is for any,
// and conditions that follow each other are told once.
func TestOwnRegistry(t *testing.T) {
	tree, err := modules.ReadFlake(fstest.MapFS{"flake.nix": &fstest.MapFile{Data: []byte(`{
		outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } ({ config, lib, ... }: {
			options.trades = lib.mkOption { type = lib.types.lazyAttrsOf lib.types.deferredModule; };
			config.trades.press = { services.printing.enable = true; };
			config.flake.modules.nixos.night = { users.motd = "night"; };
			config.flake.nixosConfigurations.x = inputs.nixpkgs.lib.nixosSystem { modules = [ {
				imports = [ config.trades.press ] ++ lib.optional (builtins.getEnv "A" != "") config.flake.modules.nixos.night;
			} ]; };
		});
	}`)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := Compose(tree, Request{Machine: &fleet.Machine{Name: "x", System: "x86_64-linux", Class: fleet.NixOS}})
	if len(c.Problems) > 0 {
		t.Errorf("problems %v", c.Problems)
	}
	if _, ok := c.Scope.Option("services.printing.enable"); !ok {
		t.Errorf("the registry's own aspect is not reached: %v", c.Scope.Aspects)
	}
	motd, ok := c.Scope.Option("users.motd")
	if !ok || motd.Definitions[0].Condition != `builtins.getEnv "A" != ""` {
		t.Errorf("the condition of %+v", motd)
	}
}
