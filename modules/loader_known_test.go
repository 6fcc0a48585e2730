package modules

import (
	"strings"
	"testing"
)

// TestKnownLoaders reads a small flake of every tool that makes outputs of
// files or of options of its own.
func TestKnownLoaders(t *testing.T) {
	parts := func(module string) string {
		return `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { imports = [ ` + module + ` ]; }; }`
	}
	for _, c := range []struct {
		name, members, hosts, problem string
		files                         []string
	}{
		{
			name: "adios-flake", members: "flake.nixosModules.web:1", hosts: "nixos anvil (x86_64-linux) flake.nixosModules.web",
			files: []string{"flake.nix", `{ outputs = inputs@{ adios-flake, self, ... }: adios-flake.lib.mkFlake {
				inherit inputs self; systems = [ "x86_64-linux" ]; modules = [ ./per-system.nix ];
				flake = { nixosModules.web = ./web.nix; } // (import ./hosts.nix { inherit inputs self; }); }; }`, "web.nix", "{ }",
				"hosts.nix", `{ inputs, self }: { nixosConfigurations.anvil = inputs.nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ self.nixosModules.web ]; }; }`,
				"per-system.nix", `{ pkgs, ... }: { packages.x = pkgs.hello; }`},
		}, {
			name: "adios-flake with a function", hosts: "darwin lathe",
			files: []string{"flake.nix", `{ outputs = inputs: inputs.adios-flake.lib.mkFlake { inherit inputs; systems = [ ];
				flake = { withSystem }: { darwinConfigurations.lathe = inputs.nix-darwin.lib.darwinSystem { modules = [ ]; }; }; }; }`},
		}, {
			name: "flocken", members: "flake.nixosModules.web:1", hosts: "nixos anvil hosts/anvil.nix; nixos saw",
			files: []string{"flake.nix", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; specialArgs.lib' = import ./lib inputs; } ./parts; }`,
				"lib/default.nix", `inputs: { flocken = inputs.flocken.lib; }`,
				"parts/default.nix", `{ lib', ... }: { imports = lib'.flocken.getModules ./.; }`, "parts/_not.nix", `{ flake.nixosModules.not = { }; }`,
				"parts/sub/default.nix", `{ flake.nixosModules.web = { }; }`, "parts/without/other.nix", "{ flake.nixosModules.other = { }; }",
				"parts/hosts.nix", `{ inputs, lib, lib', ... }: { flake.nixosConfigurations = lib.genAttrs [ "anvil" "saw" ] (name:
					inputs.nixpkgs.lib.nixosSystem { modules = [ ] ++ lib'.flocken.optionalPath ../hosts/${name}.nix; }); }`, "hosts/anvil.nix", "{ }"},
		}, {
			name: "with-inputs", hosts: "nixos anvil (x86_64-linux) inputs.disko.nixosModules.disko",
			files: []string{"flake.nix", `{ outputs = _: import ./.; }`, "npins/default.nix", `let f = builtins.fromJSON (builtins.readFile ./sources.json); in builtins.mapAttrs (_: p: p.fetch) f`,
				"npins/sources.json", `{"version": 5}`, "follows.nix", "inputs: { }",
				"default.nix", `let sources = import ./npins; make = import sources.with-inputs sources (import ./follows.nix);
					in make (inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./m))`,
				"m/a.nix", `{ inputs, ... }: { flake.nixosConfigurations.anvil = inputs.nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ inputs.disko.nixosModules.disko ]; }; }`},
		}, {
			name: "an entry that nobody knows", problem: "flake.nix:1:16: warning: what the flake's outputs are is not known: the function inputs.tack.lib.make comes from outside of the tree",
			files: []string{"flake.nix", `{ outputs = i: i.tack.lib.make { src = ./.; }; }`},
		}, {
			name: "nixos-unified", members: "flake.homeModules.cli:1 flake.nixosModules.web:1",
			hosts: "darwin lathe configurations/darwin/lathe.nix; homeManager kim@anvil configurations/home/kim@anvil.nix; nixos anvil (x86_64-linux) configurations/nixos/anvil/default.nix",
			files: []string{"flake.nix", parts(`inputs.nixos-unified.flakeModules.autoWire`),
				"configurations/nixos/anvil/default.nix", `{ flake, ... }: { imports = [ flake.inputs.self.nixosModules.web (flake.self + /modules/shared/more.nix) ]; nixpkgs.hostPlatform = "x86_64-linux"; }`,
				"configurations/nixos/not/other.nix", "{ }", "configurations/darwin/lathe.nix", "{ }", "configurations/home/kim@anvil.nix", "{ }",
				"modules/nixos/web.nix", "{ }", "modules/home/cli/default.nix", "{ }", "modules/shared/more.nix", "{ }", "overlays/default.nix", "{ flake, ... }: final: prev: { }"},
		}, {
			name: "lite-config", hosts: "darwin lathe (aarch64-darwin) hosts/lathe/default.nix module; nixos anvil (x86_64-linux) other.nix module",
			files: []string{"flake.nix", parts(`inputs.lite-config.flakeModule { lite-config = { lib, ... }: { hostModuleDir = ./hosts; systemModules = [ { } ];
				hosts = { lathe.system = "aarch64-darwin"; anvil = { system = "x86_64-linux"; hostModule = ./other.nix; }; }; }; }`),
				"hosts/lathe/default.nix", "{ }", "other.nix", "{ }"},
		}, {
			name: "lite-config without a system", hosts: "nixos anvil.nix (x86_64-linux) hosts/anvil.nix", problem: "the system of the host lathe is not known",
			files: []string{"flake.nix", parts(`inputs.lite-config.flakeModule { lite-config = { hostModuleDir = ./hosts; hosts.lathe.system = inputs.x.system; hosts."anvil.nix".system = "x86_64-linux"; }; }`),
				"hosts/anvil.nix", "{ }"},
		}, {
			name: "easy-hosts",
			hosts: "darwin lathe (aarch64-darwin) hosts/lathe/default.nix module shared.nix; " +
				"nixos anvil (x86_64-linux) at.nix shared.nix nixos.nix big.nix; nixos wsl (aarch64-linux) shared.nix",
			files: []string{"flake.nix", parts(`inputs.easy-hosts.flakeModule { easy-hosts = { shared.modules = [ ./shared.nix ]; additionalClasses.wsl = "nixos";
				perClass = class: { modules = inputs.nixpkgs.lib.optionals (class == "nixos") [ ./nixos.nix ]; }; perTag = tag: { modules = [ (./. + "/${tag}.nix") ]; };
				hosts = { anvil = { path = ./at.nix; tags = [ "big" ]; }; lathe = { arch = "aarch64"; class = "darwin"; modules = [ { } ]; }; wsl = { arch = "aarch64"; class = "wsl"; }; }; }; }`),
				"hosts/lathe/default.nix", "{ }", "at.nix", "{ }", "shared.nix", "{ }", "nixos.nix", "{ }", "big.nix", "{ }"},
		}, {
			name: "easy-hosts from directories", hosts: "darwin lathe (aarch64-darwin) all/aarch64-darwin/lathe/default.nix; nixos anvil (x86_64-linux) all/x86_64-linux/anvil/default.nix extra.nix",
			files: []string{"flake.nix", parts(`inputs.easy-hosts.flakeModule { easy-hosts = { autoConstruct = true; path = ./all; hosts.anvil.modules = [ ./extra.nix ]; }; }`),
				"all/x86_64-linux/anvil/default.nix", "{ }", "all/aarch64-darwin/lathe/default.nix", "{ }", "extra.nix", "{ }"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := readFlake(t, c.files...)
			if got := members(tree); got != c.members {
				t.Errorf("members %s\nwant %s", got, c.members)
			}
			if got := hostList(tree); got != c.hosts {
				t.Errorf("hosts %s\nwant %s", got, c.hosts)
			}
			var text []string
			for _, p := range tree.Problems {
				text = append(text, p.Error())
			}
			all := strings.Join(text, "\n")
			if c.problem == "" && all != "" || !strings.Contains(all, c.problem) {
				t.Errorf("problems %s\nwant %s", all, c.problem)
			}
		})
	}
}
