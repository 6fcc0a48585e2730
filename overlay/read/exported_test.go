package read_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
	"assay/overlay"
	"assay/overlay/read"
)

// exporting is a flake with overlays of its own, and a machine that has a list.
const exporting = `{
  outputs = { self, nixpkgs, ... }@inputs: let lib = nixpkgs.lib; local = final: prev: { c = prev.c.override { }; }; in {
    overlays = {
      a = final: prev: { x = prev.x.override { }; };
      b = final: prev: { x = prev.x.override { }; y = 1; };
      two = lib.composeManyExtensions [ self.overlays.a self.overlays.b ];
      same = lib.composeManyExtensions [ self.overlays.a self.overlays.a ];
      more = lib.composeManyExtensions [ self.overlays.a local ];
      far = lib.composeManyExtensions [ self.overlays.a inputs.tools.overlays.default ];
      open = lib.composeManyExtensions ([ self.overlays.a ] ++ lib.optional lib.maybe self.overlays.b);
      joined = final: prev: self.overlays.a final prev // self.overlays.b final prev;
    };
    nixosConfigurations.m = lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ({ config, lib, ... }: { nixpkgs.overlays = LIST; }) ];
    };
  };
}
`

// TestExported: a composition of exported overlays is told where it surely is
// one of these and nothing else.
func TestExported(t *testing.T) {
	for list, want := range map[string]string{
		`[ self.overlays.two ]`:                                         "a+b of 2",
		`[ local inputs.self.overlays.two self.overlays.a ]`:            " of 1, a+b of 2,  of 1",
		`[ (lib.composeManyExtensions (with self.overlays; [ b a ])) ]`: "b+a of 2",
		`[ self.overlays.same ]`:                                        " of 2",
		`[ self.overlays.more ]`:                                        " of 2",
		`[ self.overlays.far ]`:                                         " of 2",
		`[ self.overlays.joined ]`:                                      " of 1",
		`[ self.overlays.open ]`:                                        " of 2",
		`lib.mkIf config.q [ self.overlays.two ]`:                       "not known",
		`[ self.overlays.a ] ++ lib.optional config.q local`:            "not known",
		`config.q`: "not known",
	} {
		dir := fstest.MapFS{"flake.nix": {Data: []byte(strings.Replace(exporting, "LIST", list, 1))}}
		tree, err := modules.ReadFlake(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		f := &fleet.Fleet{}
		for _, h := range tree.Hosts {
			f.Machines = append(f.Machines, fleet.Machine{Name: h.Name, Class: h.Class, System: h.System})
		}
		s, _ := overlay.ResolveWritten(f, read.Read(tree, f, dir).Machines)
		var got []string
		for _, o := range s.On("m").Overlays() {
			got = append(got, fmt.Sprintf("%s of %d", strings.Join(o.Exported, "+"), len(o.Layers)))
		}
		text := strings.Join(got, ", ")
		if s.On("m").Overlays() == nil {
			text = "not known"
		}
		if text != want {
			t.Errorf("%s: %s, want %s", list, text, want)
		}
	}
}
