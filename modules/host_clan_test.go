package modules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestClanHosts finds a clan's machines in all the ways in which flakes have
// one.
func TestClanHosts(t *testing.T) {
	const inventory = `inventory = {
		machines.anvil = { tags = [ "forge" ]; deploy.targetHost = "root@anvil.zt"; description = "Big"; };
		machines.lathe = { machineClass = "darwin"; };
		instances.users = { module.name = "users"; roles.default = { tags.forge = { }; extraModules = [ ./extra.nix ]; }; };
	};`
	for _, c := range []struct{ name, flake string }{
		{"option", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { imports = [ inputs.clan-core.flakeModules.default ]; clan = { ` + inventory + ` machines.drill = { services.x.enable = true; }; }; }; }`},
		{"option of flake", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { flake.clan = { ` + inventory + ` machines.drill = { }; }; }; }`},
		{"call", `{ outputs = { self, clan-core, ... }: let clan = clan-core.lib.clan { inherit self; ` + inventory + ` machines.drill = { }; }; in { inherit (clan.config) nixosConfigurations darwinConfigurations clanInternals; clan = clan.config; }; }`},
		{"older call", `{ outputs = { self, clan-core, ... }: let clan = clan-core.lib.buildClan { directory = self; ` + inventory + ` machines.drill = { }; }; in { nixosConfigurations = clan.nixosConfigurations; inherit (clan) clanInternals; }; }`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree, err := ReadFlake(files("flake.nix", c.flake, "extra.nix", "{ }", "machines/anvil/configuration.nix", "{ networking.hostName = \"anvil\"; }",
				"machines/saw/facter.json", "{}", "inventory.json", `{"machines":{"plane":{"tags":["wood"]}}}`), nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range tree.Hosts {
				text := fmt.Sprintf("%s %s %s %q", h.Class, h.Name, h.Form, h.Address.Target)
				tree.Alone(func() {
					for _, i := range tree.OpenHost(h).Imports {
						text += " " + i.At.File
					}
				})
				got = append(got, text)
			}
			want := []string{
				`darwin lathe clan ""`,
				`nixos anvil clan "root@anvil.zt" machines/anvil/configuration.nix flake.nix`,
				`nixos drill clan "" flake.nix`, `nixos plane clan ""`, `nixos saw clan ""`,
			}
			if !slices.Equal(got, want) || len(tree.Problems) > 0 {
				t.Errorf("got %s\n%v\nwant %s", strings.Join(got, "\n"), tree.Problems, strings.Join(want, "\n"))
			}
		})
	}
}
