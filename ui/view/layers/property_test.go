package layers_test

import (
	"fmt"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/layers"
	"assay/ui/view/viewtest"
)

// large is a fleet of so many packages, each installed by some of so many
// machines, with a hotfix for every fifth.
func large(t testing.TB, packages, machines int) *known.Known {
	t.Helper()
	f := &fleet.Fleet{
		Channels: []fleet.Channel{{Name: "stable", Input: "s"}, {Name: "unstable", Input: "u", Default: true}},
		Overlay:  fleet.Overlay{Order: []string{"inputs", "hotfixes", "packages", "overrides", "flake-inputs"}},
	}
	systems := []string{"aarch64-darwin", "x86_64-linux"}
	for i := range machines {
		f.Machines = append(f.Machines, fleet.Machine{Name: fmt.Sprintf("m%04d", i), System: systems[i%2], Class: fleet.ClassOf(systems[i%2])})
	}
	k := known.New(f, viewtest.Now)
	for i := range packages {
		p := session.Package{Name: fmt.Sprintf("package-%05d-of-the-fleet", i)}
		if i%5 == 0 {
			f.Overlay.Hotfixes = append(f.Overlay.Hotfixes, fleet.Hotfix{Package: p.Name, Channel: "stable", Reason: "a reason of some words", At: fleet.Pos{File: "fleet.toml", Line: i + 1}})
		}
		for m := range machines {
			if i == 0 || m < 3 {
				p.Uses = append(p.Uses, session.PackageUse{Machine: f.Machines[m].Name, Option: "environment.systemPackages", Aspect: "base", At: fleet.Pos{File: "a.nix", Line: 1}})
			}
		}
		k.Packages.Value = append(k.Packages.Value, p)
	}
	stack, problems := overlay.Resolve(overlay.Input{Fleet: f})
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	k.Stack = known.Loaded[*overlay.Stack]{Value: stack, At: viewtest.Now}
	k.Packages.At = viewtest.Now
	k.Revision = 1
	return k
}

// TestAnySizeAndIntent does everything in any order at any size.
func TestAnySizeAndIntent(t *testing.T) {
	worlds := []*known.Known{viewtest.Known(t), large(t, 300, 7), known.New(&fleet.Fleet{}, viewtest.Now), large(t, 0, 0)}
	viewtest.Anything(t, 600, worlds, func(k *known.Known, text func() string) view.View {
		return layers.New(viewtest.Env(k), view.Link{Name: text(), Sub: text()})
	}, "n", "vim", "stable.jq", "..")
}

// TestTheAnswerIsWhich compares what is shown of every package with what the
// overlay says, on every system.
func TestTheAnswerIsWhich(t *testing.T) {
	k := viewtest.Known(t)
	s := k.Stack.Value
	for _, system := range s.Systems() {
		for _, p := range k.Packages.Value {
			a := s.Which(p.Name, system)
			screen := layers.New(viewtest.Env(k), view.Link{Place: view.Layers, Name: p.Name, Sub: system}).Render(200, 300)
			want := []string{p.Name + " on " + system}
			if a.Layer != "" {
				want = append(want, fmt.Sprintf("by layer %d %s", a.Number, a.Layer), a.At.String())
			} else {
				want = append(want, "not overlaid; comes from "+a.Channel, a.Channel+", if it has it")
			}
			for _, e := range a.Shadowed {
				want = append(want, "dead: "+e.By+" wins", e.At.String())
				if e.Note != nil {
					want = append(want, e.Note.Added, e.Note.RemoveWhen)
				}
			}
			for _, u := range p.Uses {
				want = append(want, u.Machine)
			}
			for _, text := range want {
				if !strings.Contains(screen, text) {
					t.Errorf("%s on %s: no %q in\n%s", p.Name, system, text, screen)
				}
			}
		}
	}
}

func TestLinkFindsItsWayBack(t *testing.T) {
	k := viewtest.Known(t)
	for _, link := range []view.Link{{}, {Name: "vim"}, {Name: "vim", Sub: "x86_64-linux"}, {Sub: "x86_64-linux"}} {
		link.Place = view.Layers
		v := layers.New(viewtest.Env(k), link)
		want := v.Render(80, 20)
		if got := layers.New(viewtest.Env(k), v.Link()).Render(80, 20); got != want {
			t.Errorf("%+v: the link %+v shows\n%s\nnot\n%s", link, v.Link(), got, want)
		}
	}
}

// BenchmarkKey is one more letter of a name, and what is drawn for it.
func BenchmarkKey(b *testing.B) {
	for _, machines := range []int{8, 5000} {
		b.Run(fmt.Sprintf("5000packages/%dmachines", machines), func(b *testing.B) {
			v := layers.New(viewtest.Env(large(b, 5000, machines)), view.Link{})
			v.Render(160, 44)
			viewtest.Do(v, "filter")
			keys := []string{"p", "pa", "package-0", "package-00000-of-the-fleet", "00", "zz"}
			n := 0
			for b.Loop() {
				viewtest.Type(v, keys[n%len(keys)])
				v.Render(160, 44)
				n++
			}
		})
	}
}

// BenchmarkRender is a frame of a stack of 5,000 entries after a move.
func BenchmarkRender(b *testing.B) {
	v := layers.New(viewtest.Env(large(b, 25000, 8)), view.Link{})
	v.Render(160, 44)
	for b.Loop() {
		viewtest.Do(v, "move.down")
		v.Render(160, 44)
	}
}
