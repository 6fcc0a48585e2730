package compose

import (
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

// TestAttachedHomes follows what a machine's own options give to homes.
func TestAttachedHomes(t *testing.T) {
	tree, err := modules.Read(fstest.MapFS{
		"m/a.nix": {Data: []byte(`{ config, lib, ... }: { flake.modules = {
			nixos.desk = hm@{ pkgs, ... }: {
				home-manager.users.ada.imports = [ config.flake.modules.homeManager.shell ../own.nix ];
				home-manager.users.bob = lib.mkIf (pkgs.x == 1) { home.stateVersion = "26.05"; };
				home-manager.sharedModules = [ config.flake.modules.homeManager.base ];
				home-manager.useGlobalPkgs = true;
				my.user = "cyd";
				home-manager.users.${hm.config.my.user} = { home.stateVersion = "1"; };
				home-manager.users.${hm.config.my.other}.home.stateVersion = "2";
			};
			homeManager.shell = { programs.bash.enable = true; };
			homeManager.base = { };
		}; }`)},
		"own.nix": {Data: []byte(`{ home.stateVersion = "25.11"; }`)},
	}, "m")
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet.Fleet{Machines: []fleet.Machine{{Name: "x", Class: fleet.NixOS, Aspects: []fleet.Named{{Name: "desk"}}}}}
	c := Compose(tree, Request{Fleet: f, Machine: &f.Machines[0]})
	var got []string
	for _, h := range c.Homes {
		for _, a := range h.Aspects {
			got = append(got, h.User+":"+a.Name+" by "+wayText(a.Way))
		}
		for _, file := range h.Files {
			got = append(got, h.User+":"+file.Path)
		}
		for _, o := range h.Options {
			got = append(got, h.User+":"+o.Path+" "+string(o.Merged.State))
		}
	}
	want := []string{
		"${hm.config.my.other}:base by machine x > aspect desk > home ${hm.config.my.other} > aspect base", "${hm.config.my.other}:home.stateVersion known",
		"ada:base by machine x > aspect desk > home ada > aspect base",
		"ada:shell by machine x > aspect desk > home ada > aspect shell",
		"ada:own.nix", "ada:home.stateVersion known", "ada:programs.bash.enable unknown",
		"bob:base by machine x > aspect desk > home bob > aspect base", "bob:home.stateVersion unknown",
		"cyd:base by machine x > aspect desk > home cyd > aspect base", "cyd:home.stateVersion known",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || len(c.Problems) > 0 {
		t.Errorf("got %s\n%v\nwant %s", strings.Join(got, "\n"), c.Problems, strings.Join(want, "\n"))
	}
	if _, ok := c.Scope.Option("home-manager.useGlobalPkgs"); !ok || len(c.Scope.Options) != 2 {
		t.Errorf("the machine has the options %v", c.Scope.Options)
	}
}
