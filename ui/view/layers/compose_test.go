package layers_test

import (
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// composed is a fleet whose layers build on each other: app has an entry in
// three layers, other in two of which nobody knows whether the second uses the
// first.
func composed(t *testing.T) *known.Known {
	t.Helper()
	at := func(line int) fleet.Pos { return fleet.Pos{File: "fleet.toml", Line: line} }
	f := &fleet.Fleet{
		Machines: []fleet.Machine{{Name: "one", System: "x86_64-linux", Class: fleet.NixOS}},
		Channels: []fleet.Channel{{Name: "stable", Input: "s", At: at(1)}, {Name: "unstable", Input: "u", Default: true, At: at(2)}},
		Overlay: fleet.Overlay{
			Composition: "compose", Order: []string{"hotfixes", "packages", "overrides", "flake-inputs"},
			Hotfixes:    []fleet.Hotfix{{Package: "app", Channel: "stable", Reason: "it crashes at start", At: at(10)}},
			Overrides:   []fleet.Override{{Package: "app", File: "over/app.nix", At: at(20)}, {Package: "other", File: "over/other.nix", At: at(24)}},
			FlakeInputs: []fleet.FlakeInput{{Input: "flake", Provides: []string{"other"}, At: at(30)}},
		},
	}
	stack, _ := overlay.Resolve(overlay.Input{
		Fleet: f,
		Starts: map[overlay.OverrideFile]overlay.Start{
			{Package: "app", File: "over/app.nix"}:     {Prev: true},
			{Package: "other", File: "over/other.nix"}: {Prev: true},
		},
	})
	k := known.New(f, viewtest.Now)
	k.Stack = known.Loaded[*overlay.Stack]{Value: stack, At: viewtest.Now}
	k.Packages = known.Loaded[[]session.Package]{Value: []session.Package{{Name: "app"}, {Name: "other"}}, At: viewtest.Now}
	return k
}

func TestComposition(t *testing.T) {
	k := composed(t)
	viewtest.Golden(t, "compose", open(t, k, view.Link{Name: "app"}))
	viewtest.Golden(t, "compose-unknown", open(t, k, view.Link{Name: "other"}))
	screen := open(t, k, view.Link{Name: "app"}).Render(160, 44)
	for _, want := range []string{"compose: prev holds the layers before", "✔ alive: overrides builds on it", "? perhaps dead: flake-inputs wins", "changes what the layer hotfixes takes from stable"} {
		if !strings.Contains(screen, want) {
			t.Errorf("no %q in\n%s", want, screen)
		}
	}
}
