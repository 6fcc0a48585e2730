package compose

import (
	"sync"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

// FuzzCompose composes a machine of an arbitrary module: no panic, no hang,
// and every option that is not known says why.
func FuzzCompose(f *testing.F) {
	for _, s := range []string{
		`{ s = "x"; l = [ "a" ] ++ lib.optional config.q "b"; }`,
		`{ config = lib.mkMerge [ { m.p.w = lib.mkBefore [ "a" ]; } (lib.mkIf config.q { m = lib.mkForce { }; }) ]; imports = [ { t = "x"; } ]; }`,
		`{ e = { a = lib.mkForce "x"; ${config.n} = "y"; } // config.z; set.a.b = lib.mkOrder 3 [ pkgs.git ]; environment.systemPackages = with pkgs; [ git (x y) ]; }`,
		`let a = if config.c then { } else { }; b = if config.c then a else a; in { imports = [ b b ]; any = [ b b { inherit a; } ]; }`,
	} {
		f.Add(s)
	}
	types, err := readTable(generatedTypes)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, module string) {
		source := "{ self, ... }: { flake.modules.nixos.a = { lib, config, pkgs, ... }: " + module + "; }"
		tree, err := modules.Read(fstest.MapFS{"m/a.nix": {Data: []byte(source)}}, "m")
		if err != nil {
			t.Fatal(err)
		}
		m := &fleet.Machine{Name: "x", System: "x86_64-linux", Class: fleet.NixOS, Aspects: []fleet.Named{{Name: "a"}}}
		c := composeBy(types, tree, Request{Machine: m})
		for _, o := range c.Scope.Options {
			if o.Merged.State != Known && o.Merged.Reason == "" {
				t.Errorf("%s is %s without a reason", o.Path, o.Merged.State)
			}
			if o.Merged.State == Known && (!o.Merged.Value.Known || o.Merged.Value.Text == "") {
				t.Errorf("%s is known and has the value %+v", o.Path, o.Merged.Value)
			}
			for _, d := range o.Definitions {
				if d.Value.Text == "" || !d.Value.Known && d.Value.Why == "" {
					t.Errorf("%s has a definition %+v that says nothing", o.Path, d.Value)
				}
			}
		}
	})
}

// TestConcurrent composes the same tree on several goroutines, for the race
// detector, and compares the results.
func TestConcurrent(t *testing.T) {
	tree, f := example(t)
	want := composeAll(tree, f)
	fresh, _ := example(t)
	got := make([]Composition, len(f.Machines))
	var wg sync.WaitGroup
	for i := range f.Machines {
		wg.Go(func() { got[i] = Compose(fresh, Request{Fleet: f, Machine: &f.Machines[i]}) })
	}
	wg.Wait()
	for i := range want {
		if print(got[i]) != print(want[i]) {
			t.Errorf("%s differs when composed beside others", want[i].Machine)
		}
	}
}
