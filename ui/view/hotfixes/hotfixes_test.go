package hotfixes_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/overlay"
	"assay/overlay/care"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/hotfixes"
	"assay/ui/view/viewtest"
)

func open(k *known.Known, name string) *hotfixes.View {
	return hotfixes.New(viewtest.Env(k), view.Link{Place: view.Hotfixes, Name: name})
}

// judged is the example fleet with hotfixes of every verdict.
func judged(t testing.TB) *known.Known {
	t.Helper()
	k := viewtest.Known(t)
	at := func(line int) fleet.Pos { return fleet.Pos{File: "modules/overlays/hotfixes.nix", Line: line} }
	one, none := 14, []string{}
	k.Hotfixes.Value = append(slices.Clone(k.Hotfixes.Value[:1]),
		care.Hotfix{Package: "fish", Kind: overlay.LayerHotfixes, Layer: "hotfixes", Verdict: care.CanGo, Channels: []string{"stable"}, Systems: []string{"x86_64-linux"},
			Evidence: "Nix makes the same derivation of it in unstable; but Hydra: nixpkgs/trunk/fish.x86_64-linux is failing: a dependency failed (build 13 of 2026-11-03; offline: asked 3 days ago, no connection)",
			Findings: []care.Finding{{By: care.ByNix, Verdict: care.CanGo, Text: "Nix makes the same derivation of it in unstable"},
				{By: care.ByHydra, Verdict: care.Needed, Text: "Hydra: nixpkgs/trunk/fish.x86_64-linux is failing: a dependency failed (build 13 of 2026-11-03; offline: asked 3 days ago, no connection)"}},
			Reason: "its tests hang", Note: &overlay.Note{RemoveWhen: "unstable >= 4.2", Links: []overlay.Link{{Kind: overlay.LinkPull, URL: "https://github.com/NixOS/nixpkgs/pull/461779"}}},
			Since:    care.Since{Day: "2025-10-14", Days: 404, By: care.SinceGit, Commit: "d983ecc0ffee4e6b", Subject: "hotfix: fish from stable"},
			Machines: []string{"cinnabar", "electrum"}, UsedBy: []string{"cinnabar"}, Rebuilds: &one, At: at(12)},
		care.Hotfix{Package: "a-package-with-a-very-long-name", Kind: overlay.LayerOverrides, Layer: "overrides", Verdict: care.Needed, Systems: []string{"aarch64-darwin", "x86_64-linux"},
			Evidence: "it is to stay until 2027-01-01", Since: care.Since{Why: "its line is not committed"}, Machines: []string{"cinnabar"}, UsedBy: none, At: at(30)},
	)
	k.Hotfixes.Value = append(k.Hotfixes.Value, viewtest.Known(t).Hotfixes.Value[1:2]...)
	return k
}

func TestScreens(t *testing.T) {
	viewtest.Golden(t, "list", open(viewtest.Known(t), "micromamba"))
	k := judged(t)
	viewtest.Golden(t, "judged", open(k, ""))
	v := open(k, "fish")
	viewtest.Do(v, "enter", "move.down")
	viewtest.Golden(t, "detail", v)
	viewtest.Do(v, "filter")
	viewtest.Type(v, "needed")
	viewtest.Golden(t, "filtered", v)
	viewtest.Type(v, "no such words")
	viewtest.Golden(t, "no-match", v)

	k.Checking = known.Checking{Busy: true}
	viewtest.Golden(t, "asking", open(k, ""))
	k.Checking = known.Checking{Busy: true, Done: 3, Of: 7}
	if s := open(k, "").Render(80, 20); !strings.Contains(s, "asking Hydra: 3 of 7 jobs") || !strings.Contains(s, "c stops") {
		t.Errorf("no progress:\n%s", s)
	}
	k.Checking = known.Checking{At: viewtest.Now.Add(-60e9 * 3)}
	if s := open(k, "").Render(80, 20); !strings.Contains(s, "asked Hydra and git 3m ago") {
		t.Errorf("no age:\n%s", s)
	}
	k.NoNix = ""
	k.Checking = known.Checking{Busy: true, Nix: true, Begun: viewtest.Now.Add(-75e9)}
	viewtest.Golden(t, "asking-nix", open(k, ""))
	k.Checking = known.Checking{At: viewtest.Now.Add(-60e9 * 3), NixAt: viewtest.Now.Add(-60e9 * 5)}
	k.Hotfixes.Value[1].Verdict, k.Hotfixes.Value[1].Evidence = care.Unknown, "Nix made the same derivation of it in unstable 3 days ago, of another flake.lock"
	viewtest.Golden(t, "asked-nix", open(k, "fish"))
	k.Checking = known.Checking{Nix: true, Err: errors.New("error: out of luck\nand more")}
	if s := open(k, "").Render(80, 20); !strings.Contains(s, "Nix cannot say: error: out of luck") || !strings.Contains(s, "c asks Hydra now") {
		t.Errorf("no error of Nix:\n%s", s)
	}
	k.Checking = known.Checking{At: viewtest.Now}
	k.Checking.Err = errors.New("context canceled")
	if s := open(k, "").Render(80, 20); !strings.Contains(s, "not checked: context canceled") {
		t.Errorf("no error:\n%s", s)
	}
}

func TestScreensWithoutHotfixes(t *testing.T) {
	k := viewtest.Known(t)
	k.Hotfixes.Value = nil
	viewtest.Golden(t, "nothing", open(k, ""))
	v := open(k, "")
	for _, id := range []action.ID{action.CheckFixes, action.NixFixes, action.RemoveFix, action.Enter, action.Copy, action.Edit} {
		if v.Disabled(id) == "" {
			t.Errorf("%s has something to do without a hotfix", id)
		}
	}
	k.Hotfixes = known.Loaded[[]care.Hotfix]{Busy: true}
	viewtest.Golden(t, "loading", open(k, ""))
	k.Hotfixes = known.Loaded[[]care.Hotfix]{Err: errors.New("fleet.toml:12: an example of an error"), At: viewtest.Now}
	viewtest.Golden(t, "error", open(k, ""))
	viewtest.Golden(t, "adopted", open(viewtest.Adopted(t), ""))
}

func TestKeys(t *testing.T) {
	v := open(judged(t), "fish")
	v.Render(80, 20)
	at := fleet.Pos{File: "modules/overlays/hotfixes.nix", Line: 12}
	for do, want := range map[string]view.Ask{
		"hotfixes.check":  view.CheckHotfixes{},
		"hotfixes.remove": view.RemoveHotfix{Package: "fish", System: "x86_64-linux"},
		"copy":            view.Copy{What: "the name", Text: "fish"},
		"edit":            view.Edit{At: at},
		"back":            view.Leave{},
	} {
		if asks := viewtest.Do(v, do); len(asks) != 1 || asks[0] != want {
			t.Errorf("%s asks %v, want %v", do, asks, want)
		}
	}
	viewtest.Do(v, "enter")
	asked := map[view.Ask]bool{}
	for range 20 {
		for _, a := range append(viewtest.Do(v, "enter"), viewtest.Do(v, "copy")...) {
			asked[a] = true
		}
		viewtest.Do(v, "move.down")
	}
	for _, want := range []view.Ask{
		view.Go{Link: view.At(at)}, view.Go{Link: view.Link{Place: view.Machine, Name: "cinnabar"}},
		view.Copy{What: "the link", Text: "https://github.com/NixOS/nixpkgs/pull/461779"},
	} {
		if !asked[want] {
			t.Errorf("nothing in the detail asks %v; there is %v", want, asked)
		}
	}
	if asks := viewtest.Do(v, "back"); len(asks) != 0 {
		t.Errorf("the first esc asks %v", asks)
	}
	if text := viewtest.Do(v, "copy.all")[0].(view.Copy).Text; strings.Count(text, "\n") != 4 || !strings.Contains(text, "✔ can go") {
		t.Errorf("copy all:\n%s", text)
	}
	if note := v.Note(); !strings.Contains(note, "1 can go") || !strings.Contains(note, "1 needed") {
		t.Errorf("note %q", note)
	}
}

// TestNixStops: back stops Nix, and only then leaves.
func TestNixStops(t *testing.T) {
	k := judged(t)
	k.NoNix = ""
	v := open(k, "fish")
	for _, c := range []struct {
		set      func()
		disabled string
	}{
		{func() {}, ""},
		{func() { k.NoNix = "no Nix" }, "no Nix"},
		{func() { k.Asking = true }, "Nix is still being asked which machines there are"},
		{func() { k.Unconfirmed = errors.New("x") }, "Nix cannot read the flake"},
		{func() { k.Checking = known.Checking{Busy: true} }, "Nix cannot read the flake"},
		{func() { k.Checking = known.Checking{Busy: true, Nix: true} }, ""},
	} {
		k.Asking, k.Unconfirmed = false, nil
		c.set()
		if k.Checking.Busy {
			k.Unconfirmed = errors.New("x")
		}
		if got := v.Disabled(action.NixFixes); got != c.disabled {
			t.Errorf("disabled %q, want %q", got, c.disabled)
		}
	}
	for _, do := range []string{"hotfixes.ask-nix", "back"} {
		if asks := viewtest.Do(v, do); len(asks) != 1 || asks[0] != (view.EvaluateHotfixes{}) {
			t.Errorf("%s asks %v", do, asks)
		}
	}
	k.Checking.Busy = false
	if asks := viewtest.Do(v, "back"); len(asks) != 1 || asks[0] != (view.Leave{}) {
		t.Errorf("back asks %v", asks)
	}
}

func TestClicks(t *testing.T) {
	v := open(judged(t), "")
	for _, size := range [][2]int{{80, 20}, {160, 44}} {
		v.Render(size[0], size[1])
		viewtest.Do(v, "back")
		v.Click(3, 3)
		if got := viewtest.Do(v, "copy")[0].(view.Copy).Text; got != "fish" {
			t.Errorf("%v: the click is on %q", size, got)
		}
		for y := range 50 {
			v.Click(-1, y)
			v.Click(200, -y)
		}
	}
}

func TestAnything(t *testing.T) {
	worlds := []*known.Known{judged(t), viewtest.Known(t), viewtest.Adopted(t)}
	viewtest.Anything(t, 150, worlds, func(k *known.Known, text func() string) view.View { return open(k, text()) }, "fish", "needed")
}
