package compose

import (
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

// TestSameHomes composes the home of one user on four machines: on two of them
// it is the same, on one it has a definition more, on one there is a condition.
func TestSameHomes(t *testing.T) {
	tree, err := modules.Read(fstest.MapFS{"m/a.nix": {Data: []byte(`{ config, lib, ... }: let shell = config.flake.modules.homeManager.shell; in { flake.modules = {
		nixos.one.home-manager.users.ada.imports = [ shell ];
		nixos.two.home-manager.users.ada.imports = [ shell ];
		nixos.more.home-manager.users.ada = { imports = [ shell ]; programs.bat.enable = lib.mkForce false; };
		nixos.maybe = { pkgs, ... }: { home-manager.users.ada = lib.mkIf (pkgs.x == 1) { imports = [ shell ]; }; };
		homeManager.shell = { programs.bat.enable = true; };
	}; }`)}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet.Fleet{}
	for _, name := range []string{"one", "two", "more", "maybe"} {
		f.Machines = append(f.Machines, fleet.Machine{Name: name, Class: fleet.NixOS, System: "x86_64-linux", Aspects: []fleet.Named{{Name: name}}})
	}
	all := composeAll(tree, f)
	home := map[string]*Scope{}
	for i := range all {
		if len(all[i].Homes) != 1 {
			t.Fatalf("%s has %d homes", all[i].Machine, len(all[i].Homes))
		}
		home[all[i].Machine] = &all[i].Homes[0]
	}
	for name, want := range map[string]string{"one": "true", "two": "true", "more": "false", "maybe": ""} {
		o, ok := home[name].Option("programs.bat.enable")
		if got := o.Merged.Value.Text; !ok || got != want {
			t.Errorf("%s: %q, want %q: %+v", name, got, want, o)
		}
	}
	if &home["one"].Options[0] != &home["two"].Options[0] {
		t.Error("the same home is merged twice")
	}
	if way := home["two"].Aspects[0].Way; way[0].Name != "two" {
		t.Errorf("the way to an aspect is another machine's: %v", way)
	}
}
