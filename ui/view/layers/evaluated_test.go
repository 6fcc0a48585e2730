package layers_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// drv is a derivation for tests, told apart by n.
func drv(n int) string { return viewtest.Path(n) + ".drv" }

// told is what Nix would say of ncdu on a Mac of the example fleet.
func told() session.Remembered {
	return session.Remembered{At: viewtest.Now.Add(-12 * time.Second), Current: true, Locked: true, Evaluated: overlay.Evaluated{
		Package: "ncdu", System: "aarch64-darwin", Machine: "stibnite", Derivation: drv(11), Version: "2.9.1", Source: fleet.SourceEvaluated,
		Channels: []overlay.EvaluatedChannel{
			{Channel: "unstable", Derivation: drv(12), Version: "2.9.1"},
			{Channel: "darwin-stable", Derivation: drv(13), Version: "2.8.2"},
			{Channel: "patched", Unknown: "a patched channel is built while Nix evaluates, which assay does not let it"},
		},
		Layers: []overlay.EvaluatedLayer{
			{Layer: "hotfixes", Number: 2, Defines: true, Matters: fleet.False, Without: &overlay.Without{Derivation: drv(11), Version: "2.9.1"}, At: fleet.Pos{File: "fleet.toml", Line: 84}},
			{Layer: "overrides", Number: 4, Defines: true, Matters: fleet.True, Without: &overlay.Without{Derivation: drv(13), Version: "2.8.2"}, At: fleet.Pos{File: "fleet.toml", Line: 100}},
		},
		Changed: fleet.False,
	}}
}

// asked is the answer about ncdu with what Nix has said of it.
func asked(t testing.TB, r *session.Remembered, change func(*known.Known)) view.View {
	k := viewtest.Known(t)
	if r != nil {
		k.Evaluated = known.Loaded[known.Answers]{At: viewtest.Now, Value: known.Answers{{Package: "ncdu", System: "aarch64-darwin"}: r}}
	}
	if change != nil {
		change(k)
	}
	return open(t, k, view.Link{Name: "ncdu", Sub: "aarch64-darwin"})
}

// busy is Nix being asked for a while.
func busy(k *known.Known) {
	k.Evaluating = known.Evaluating{PackageOn: known.PackageOn{Package: "ncdu", System: "aarch64-darwin"}, Busy: true, Begun: viewtest.Now.Add(-75 * time.Second)}
}

func TestEvaluated(t *testing.T) {
	now := told()
	viewtest.Golden(t, "evaluated", asked(t, &now, nil))

	old := told()
	old.At, old.Current, old.Locked = viewtest.Now.Add(-75*time.Hour), false, false
	viewtest.Golden(t, "evaluating", asked(t, &old, busy))

	other := told()
	other.Layers[0].Without = &overlay.Without{Unknown: "it is marked as broken"}
	other.Layers[0].Matters, other.Layers[1].Layer = fleet.True, "packages"
	viewtest.Golden(t, "disagreeing", asked(t, &other, nil))
}

func TestLabels(t *testing.T) {
	now, changed, lost, unsure := told(), told(), told(), told()
	changed.Current = false
	lost.Evaluated = overlay.Evaluated{Package: "ncdu", System: "aarch64-darwin", Machine: "stibnite", Unknown: "it is marked as broken"}
	unsure.Layers, unsure.LayersUnknown = nil, "the package set cannot be made again from its own nixpkgs"
	failed := func(k *known.Known) {
		busy(k)
		k.Evaluating.Busy, k.Evaluating.Err = false, errors.New("flake.nix:3: undefined variable\nmore")
	}
	elsewhere := func(k *known.Known) {
		busy(k)
		k.Evaluating.Package = "vim"
	}
	for name, c := range map[string]struct {
		told           *session.Remembered
		change         func(*known.Known)
		want, disabled string
	}{
		"nothing":     {nil, nil, "read from fleet.toml; n asks Nix", ""},
		"agreement":   {&now, nil, "read from fleet.toml | evaluated 12s ago, ✔ they agree", ""},
		"files":       {&changed, nil, "old, of other files; n asks anew", ""},
		"unknown":     {&lost, nil, "unknown: it is marked as broken", ""},
		"layers":      {&unsure, nil, "which layers matter is unknown: the package set", ""},
		"busy":        {nil, busy, "asking Nix, 1m15s; esc stops", ""},
		"elsewhere":   {&now, elsewhere, "asking Nix about vim on aarch64-darwin, 1m15s; esc stops", ""},
		"failure":     {nil, failed, "✘ Nix cannot say: flake.nix:3: undefined variable", ""},
		"demo":        {nil, func(k *known.Known) { k.NoNix = "no Nix can be asked in this session" }, "read from fleet.toml", "no Nix can be asked in this session"},
		"not yet":     {nil, func(k *known.Known) { k.Adopted, k.Asking = true, true }, "read from the Nix files", "Nix is still being asked which machines there are"},
		"unconfirmed": {nil, func(k *known.Known) { k.Unconfirmed = errors.New("no") }, "read from fleet.toml", "Nix cannot read the flake"},
	} {
		v := asked(t, c.told, c.change)
		screen := strings.Join(strings.Fields(v.Render(200, 60)), " ")
		if !strings.Contains(screen, c.want) || c.disabled != "" && strings.Contains(screen, "asks Nix") {
			t.Errorf("%s: no %q in\n%s", name, c.want, v.Render(200, 60))
		}
		if got := v.Disabled(action.AskNix); got != c.disabled {
			t.Errorf("%s: disabled because %q", name, got)
		}
	}
}

// TestAskNix: what is asked for is what is shown, and back stops it.
func TestAskNix(t *testing.T) {
	k := viewtest.Known(t)
	v := open(t, k, view.Link{Sub: "aarch64-darwin"})
	v.Render(80, 20)
	if got := v.Disabled(action.AskNix); got != "no package is under the cursor" {
		t.Errorf("on a layer: %q", got)
	}
	viewtest.Do(v, "move.down")
	asks := v.Do(action.Intent{ID: action.AskNix})
	if want := (view.Evaluate{Package: "patched", System: "aarch64-darwin"}); len(asks) != 1 || asks[0] != view.Ask(want) || v.Link().Name != "patched" {
		t.Errorf("asks for %+v at %+v", asks, v.Link())
	}
	busy(k)
	if asks := v.Do(action.Intent{ID: action.Back}); len(asks) != 1 || asks[0] != view.Ask(view.StopEvaluating{}) || v.Link().Name != "patched" {
		t.Errorf("back asks for %+v", asks)
	}
	k.Evaluating.Busy = false
	if asks := v.Do(action.Intent{ID: action.Back}); len(asks) != 0 || v.Link().Name != "" {
		t.Errorf("back asks for %+v at %+v", asks, v.Link())
	}
}
