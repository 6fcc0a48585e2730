package compose

import (
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

func TestUnused(t *testing.T) {
	tree, err := modules.Read(fstest.MapFS{"m/a.nix": {Data: []byte(`{ self, ... }: { flake.modules = {
		nixos.a.imports = [ self.modules.generic.g ]; nixos.idle = { }; generic.g = { }; generic.h = { };
		terranix.cloud = { }; nixos."machines/nixos/cinabar" = { }; }; }`)}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet.Fleet{Machines: []fleet.Machine{{Name: "cinnabar", Class: fleet.NixOS, Aspects: []fleet.Named{{Name: "a"}}}}}
	var got []string
	for _, p := range Unused(tree, f, composeAll(tree, f)) {
		got = append(got, p.Error())
	}
	want := []string{
		"m/a.nix:2:92: warning: no machine reaches the aspect h of class generic",
		"m/a.nix:2:55: warning: no machine reaches the aspect idle of class nixos",
		`m/a.nix:3:31: warning: no machine reaches the aspect machines/nixos/cinabar of class nixos, as there is no machine cinabar; hint: did you mean "cinnabar"?`,
	}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("got %s\nwant %s", got[i], want[i])
		}
	}
}
