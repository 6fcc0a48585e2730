package modules

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestSaidWithArguments tells hosts apart that share modules and give them
// different arguments, however the modules take them.
func TestSaidWithArguments(t *testing.T) {
	for _, c := range []struct{ name, module string }{
		{"by name", `{ system, ... }: { nixpkgs.hostPlatform = system; }`},
		{"whole", `args: { nixpkgs.hostPlatform = args.system; }`},
		{"with a name for all", `{ lib, ... }@args: { nixpkgs.hostPlatform = args.system; }`},
		{"in a module inside", `{ ... }: { imports = [ ({ system, ... }: { nixpkgs.hostPlatform = system; }) ]; }`},
		{"in a file", `{ lib, ... }: { imports = [ ./inner.nix ]; }`},
		{"in an aspect", `{ imports = [ self.nixosModules.inner ]; }`},
		{"not at all", `{ lib, ... }: { nixpkgs.hostPlatform = lib.mkDefault "riscv64-linux"; }`},
	} {
		fsys := files("inner.nix", `{ system, ... }: { nixpkgs.hostPlatform = system; }`, "flake.nix", `{ outputs = { self, nixpkgs, ... }: let
			host = system: nixpkgs.lib.nixosSystem { specialArgs = { inherit system; }; modules = [ self.nixosModules.shared ]; };
		in {
			nixosModules.shared = `+c.module+`;
			nixosModules.inner = ./inner.nix;
			nixosConfigurations = { anvil = host "x86_64-linux"; bellows = host "aarch64-linux"; crucible = nixpkgs.lib.nixosSystem { modules = [ self.nixosModules.shared ]; }; };
		}; }`)
		tree, err := ReadFlake(fsys, nil)
		if err != nil {
			t.Fatal(err)
		}
		systems := map[string]string{}
		for _, h := range tree.Hosts {
			systems[h.Name] = h.System
		}
		want := map[string]string{"anvil": "x86_64-linux", "bellows": "aarch64-linux", "crucible": ""}
		if strings.Contains(c.module, "riscv64") {
			want = map[string]string{"anvil": "riscv64-linux", "bellows": "riscv64-linux", "crucible": "riscv64-linux"}
		}
		if !maps.Equal(systems, want) {
			t.Errorf("%s: got %v, want %v; of %v", c.name, systems, want, slices.Sorted(maps.Keys(systems)))
		}
	}
}
