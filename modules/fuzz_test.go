package modules

import (
	"testing"
	"time"
)

// FuzzReadFlake reads arbitrary flakes of two files. None may crash or take
// long.
func FuzzReadFlake(f *testing.F) {
	const parts = `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./m); }`
	for _, seed := range [][2]string{
		{parts, `{ flake.modules.nixos.a = { }; }`},
		{parts, `{ lib, config, ... }: { options.a = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options.m = lib.mkOption { type = lib.types.deferredModule; }; }); }; config.a.b.m = { }; }`},
		{parts, `{ config, ... }: { flake = config.flake; a = config.b; b = config.a; imports = config.a; }`},
		{parts, `{ lib, ... }: let t = lib.types.attrsOf (lib.types.submodule { options.x = lib.mkOption { type = t; }; }); in { options.x = lib.mkOption { type = t; }; config.x.x.x.x.x = { }; }`},
		{parts, `{ config, ... }: { imports = [ ./a.nix ../m ./. config.x ]; x = { imports = [ config.x ]; }; }`},
		{parts, `{ self, lib, ... }: { flake.nixosConfigurations = lib.mapAttrs (n: m: lib.nixosSystem { modules = [ m self.nixosConfigurations.${n} ]; }) self.nixosConfigurations; }`},
		{`{ outputs = { self, ... }: self // { nixosModules = self.nixosModules; } // (import ./m/a.nix); }`, `rec { nixosModules = x; x = nixosModules; }`},
		{`{ outputs = i: ((i.import-tree.filter (x: i.self.a x)).map i.self.f [ ./m (i.import-tree ./m) ]); }`, `x: x`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, flake, module string) {
		start := time.Now()
		tree, err := ReadFlake(files("flake.nix", flake, "m/a.nix", module), nil)
		if err != nil {
			return
		}
		tree.Alone(func() {
			for _, h := range tree.Hosts {
				tree.OpenHost(h)
			}
			tree.Value("flake", "x")
		})
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("reading took %v", took)
		}
	})
}
