package compose

import (
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

func TestDiff(t *testing.T) {
	tree, err := modules.Read(fstest.MapFS{"m/a.nix": {Data: []byte(`{ config, inputs, ... }: { flake.modules = {
		nixos.base = { pkgs, ... }: { networking.firewall.enable = true; environment.systemPackages = [ pkgs.git ]; time.timeZone = "UTC"; };
		nixos.web = { pkgs, ... }: { imports = [ inputs.x.nixosModules.y ]; environment.systemPackages = [ pkgs.curl ]; services.nginx.enable = true; };
		nixos.berlin = { lib, ... }: { time.timeZone = lib.mkForce "Europe/Berlin"; };
		homeManager.shell = { };
	}; }`)}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	named := func(names ...string) (out []fleet.Named) {
		for _, n := range names {
			out = append(out, fleet.Named{Name: n})
		}
		return out
	}
	f := &fleet.Fleet{Machines: []fleet.Machine{
		{Name: "a", Class: fleet.NixOS, Aspects: named("base", "web")},
		{Name: "b", Class: fleet.NixOS, Aspects: named("base", "berlin"), Home: []fleet.Home{{User: "ada", Aspects: named("shell")}}},
	}}
	a := Compose(tree, Request{Fleet: f, Machine: &f.Machines[0]})
	b := Compose(tree, Request{Fleet: f, Machine: &f.Machines[1]})
	if d := Diff(a, a); len(d) != 0 {
		t.Errorf("a machine differs from itself: %v", d)
	}
	var got []string
	for _, d := range Diff(a, b) {
		for kind, list := range [][]Difference{d.Aspects, d.Foreign, d.Options, d.Packages} {
			for _, x := range list {
				got = append(got, fmt.Sprintf("%s %d %s: %q %q", d.User, kind, x.Name, x.Left, x.Right))
			}
		}
	}
	want := []string{
		` 0 nixos.berlin: "" "has it"`,
		` 0 nixos.web: "has it" ""`,
		` 1 inputs.x.nixosModules.y: "has it" ""`,
		` 2 environment.systemPackages: "[ pkgs.curl pkgs.git ]" "[ pkgs.git ]"`,
		` 2 services.nginx.enable: "true" ""`,
		` 2 time.timeZone: "\"UTC\"" "\"Europe/Berlin\""`,
		` 3 curl: "has it" ""`,
		`ada 0 homeManager.shell: "" "has it"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
