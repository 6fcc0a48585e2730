package aspects

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

var (
	_ view.View     = (*View)(nil)
	_ view.Typing   = (*View)(nil)
	_ view.Clicking = (*View)(nil)
)

func example(t testing.TB, link view.Link) *View {
	t.Helper()
	return New(viewtest.Env(viewtest.Known(t)), link)
}

func of(aspects ...session.Aspect) *View {
	k := known.New(&fleet.Fleet{Sources: fleet.Sources{Modules: "modules"}}, viewtest.Now)
	k.Aspects = known.Loaded[[]session.Aspect]{Value: aspects, At: viewtest.Now}
	return New(viewtest.Env(k), view.Link{Place: view.Aspects})
}

func TestGolden(t *testing.T) {
	viewtest.Golden(t, "class", example(t, view.Link{Place: view.Aspects}))
	v := example(t, view.Link{Place: view.Aspects, Name: "nixos/server"})
	v.Render(80, 20)
	viewtest.Do(v, "tree.expand")
	viewtest.Golden(t, "expanded", v)
	viewtest.Golden(t, "terranix", example(t, view.Link{Place: view.Aspects, Name: "terranix/gcp"}))
	viewtest.Golden(t, "files", example(t, view.Link{Place: view.Aspects, Sub: byFile}))
	v = example(t, view.Link{Place: view.Aspects})
	viewtest.Do(v, "filter")
	viewtest.Type(v, "scheelite nix")
	viewtest.Golden(t, "filter", v)
	viewtest.Type(v, "no such thing")
	viewtest.Golden(t, "filtered-out", v)
	viewtest.Golden(t, "odd", of(odd()...))
	viewtest.Golden(t, "empty", of())
}

// odd are aspects of kinds that the example fleet has none of.
func odd() []session.Aspect {
	at := func(line int) []session.Contribution {
		return []session.Contribution{{At: fleet.Pos{File: "modules/odd.nix", Line: line}}}
	}
	sum := session.Aspect{Class: fleet.NixOS, Name: "sum", Files: at(1), Aggregate: true, Imports: []session.AspectImport{
		{Kind: "aspect", Class: fleet.NixOS, Name: "idle", At: fleet.Pos{File: "modules/odd.nix", Line: 2}, Condition: "config.fast"},
		{Kind: "foreign", Name: "inputs.sops-nix.nixosModules.sops", At: fleet.Pos{File: "modules/odd.nix", Line: 3}},
		{Kind: "unknown", Name: "x", Why: "the value of name is not known", At: fleet.Pos{File: "modules/odd.nix", Line: 4}},
	}}
	idle := session.Aspect{Class: fleet.NixOS, Name: "idle", Files: append(at(7), session.Contribution{At: fleet.Pos{File: "modules/b.nix", Line: 9}, Condition: "lib.versionAtLeast"}),
		UsedBy: []session.AspectUser{{Class: fleet.NixOS, Name: "sum", At: fleet.Pos{File: "modules/odd.nix", Line: 2}}}}
	return []session.Aspect{
		{Class: "generic", Name: "shared", Files: at(12), Machines: []session.AspectUse{{Machine: "a"}, {Machine: "b"}, {Machine: "c"}, {Machine: "d"}}},
		idle, sum,
		{Class: fleet.NixOS, Name: "sum/more", Files: at(5), Machines: []session.AspectUse{{Machine: "a"}}},
	}
}

func TestStates(t *testing.T) {
	v := of()
	l := &v.env.Known.Aspects
	*l = known.Loaded[[]session.Aspect]{}
	for _, c := range []struct {
		now  known.Loaded[[]session.Aspect]
		want string
	}{
		{known.Loaded[[]session.Aspect]{}, "nobody has asked yet"},
		{known.Loaded[[]session.Aspect]{Busy: true}, "reading the aspects"},
		{known.Loaded[[]session.Aspect]{Value: odd(), At: viewtest.Now}, "generic"},
		{known.Loaded[[]session.Aspect]{Value: odd(), At: viewtest.Now, Busy: true}, "generic"},
		{known.Loaded[[]session.Aspect]{Err: errors.New("the tree is not there"), At: viewtest.Now}, "the tree is not there"},
		{known.Loaded[[]session.Aspect]{At: viewtest.Now.Add(1)}, "the tree defines no aspect yet"},
	} {
		*l = c.now
		if got := v.Render(80, 20); !strings.Contains(got, c.want) {
			t.Errorf("want %q, got\n%s", c.want, got)
		}
	}
	if !slices.Equal(v.Needs(), []known.Need{{Kind: known.Aspects}}) {
		t.Error(v.Needs())
	}
}

func TestNote(t *testing.T) {
	v := of(odd()...)
	if got := v.Note(); got != "by class · 4 aspects · 2 unused" {
		t.Error(got)
	}
	viewtest.Do(v, "tab.next")
	if got := v.Note(); got != "by file · 4 aspects · 2 unused" {
		t.Error(got)
	}
	viewtest.Do(v, "tab.previous", "filter")
	viewtest.Type(v, "idle")
	if got := v.Note(); got != "by class · 1 of 4" {
		t.Error(got)
	}
	v.env.Known.Aspects = known.Loaded[[]session.Aspect]{}
	if got := v.Note(); got != "by class" {
		t.Error(got)
	}
}

// TestFilter finds aspects by name, class, file, machine and user.
func TestFilter(t *testing.T) {
	v := example(t, view.Link{Place: view.Aspects})
	viewtest.Do(v, "filter")
	for text, want := range map[string]int{
		"postgresql": 1, "nixos/server": 1, "terranix": 3, "listing.nix": 3, "stibnite dock.nix": 1, "christophersmith users/": 1, "": 94,
	} {
		viewtest.Type(v, text)
		if got := v.out.Found(); got != want {
			t.Errorf("%q finds %d, want %d", text, got, want)
		}
	}
}

func TestEnter(t *testing.T) {
	pos := func(file string, line int) fleet.Pos { return fleet.Pos{File: file, Line: line} }
	for _, c := range []struct {
		id   string
		want view.Link
		at   fleet.Pos
	}{
		{"aspect nixos/idle", view.Link{Place: view.Aspect, Name: "nixos/idle"}, pos("modules/odd.nix", 7)},
		{"aspect nixos/idle defined 1", view.Link{Place: view.File, Name: "modules/b.nix", Line: 9}, pos("modules/b.nix", 9)},
		{"aspect nixos/idle used by 0", view.Link{Place: view.Aspect, Name: "nixos/sum"}, pos("modules/odd.nix", 2)},
		{"aspect nixos/sum imports 0", view.Link{Place: view.Aspect, Name: "nixos/idle"}, pos("modules/odd.nix", 2)},
		{"aspect nixos/sum imports 1", view.Link{Place: view.File, Name: "modules/odd.nix", Line: 3}, pos("modules/odd.nix", 3)},
		{"aspect nixos/sum imports 2", view.Link{Place: view.File, Name: "modules/odd.nix", Line: 4}, pos("modules/odd.nix", 4)},
	} {
		v := of(odd()...)
		v.fill()
		v.out.Reveal(c.id)
		if got := viewtest.Do(v, "enter"); !slices.Equal(got, []view.Ask{view.Go{Link: c.want}}) {
			t.Errorf("%s: %v", c.id, got)
		}
		if got := viewtest.Do(v, "edit"); !slices.Equal(got, []view.Ask{view.Edit{At: c.at}}) {
			t.Errorf("%s: %v", c.id, got)
		}
		if why := v.Disabled(action.Enter) + v.Disabled(action.Edit) + v.Disabled(action.Copy); why != "" {
			t.Errorf("%s: %s", c.id, why)
		}
	}
	v := of(odd()...)
	if got := viewtest.Do(v, "enter"); got != nil {
		t.Errorf("a class leads to %v", got)
	}
	if v.Render(80, 4); strings.Contains(v.Render(80, 4), "shared") {
		t.Error("enter has not closed the class")
	}
	if got := viewtest.Do(v, "back"); !slices.Equal(got, []view.Ask{view.Leave{}}) {
		t.Error(got)
	}
	if got := viewtest.Do(v, "refresh"); fmt.Sprint(got) != fmt.Sprint([]view.Ask{view.Again{Needs: v.Needs()}}) {
		t.Error(got)
	}
}

// TestTurn stays at the aspect where the order changes.
func TestTurn(t *testing.T) {
	want := view.Link{Place: view.Aspects, Name: "homeManager/core"}
	v := example(t, want)
	v.Render(80, 20)
	if got := v.Link(); got != want {
		t.Errorf("by class at %v", got)
	}
	viewtest.Do(v, "tab.next")
	want.Sub = byFile
	if got := v.Link(); got != want {
		t.Errorf("by file at %v", got)
	}
	again := example(t, want)
	if again.Render(80, 20) == "" || again.Link() != want {
		t.Errorf("made anew it is at %v", again.Link())
	}
	viewtest.Do(v, "tab.next")
	want.Sub = ""
	if got := v.Link(); got != want {
		t.Errorf("by class again at %v", got)
	}
}

func TestCopyAll(t *testing.T) {
	v := of(odd()...)
	viewtest.Do(v, "filter")
	viewtest.Type(v, "sum/more")
	asked := viewtest.Do(v, "copy.all")
	const want = "nixos  2 unused of 3 aspects\n  sum/\n    more  a           1 place  \n      defined   modules/odd.nix:5\n"
	if len(asked) != 1 || asked[0].(view.Copy).Text != want {
		t.Errorf("got %q", asked)
	}
}

// TestDoubt is sure of unused aspects only where all of the tree was read.
func TestDoubt(t *testing.T) {
	v := of(odd()...)
	if got := v.Render(80, 20); !strings.Contains(got, "idle  ! unused ") {
		t.Error(got)
	}
	v.env.Known.Problems = known.Loaded[[]fleet.Problem]{
		Value: []fleet.Problem{{Severity: fleet.Error, At: fleet.Pos{File: "modules/odd.nix", Line: 3}}}, At: viewtest.Now,
	}
	if got := v.Render(80, 20); !strings.Contains(got, "idle  ? unused as far as read ") {
		t.Error(got)
	}
}

// TestNarrow keeps how many machines get an aspect where names have no room.
func TestNarrow(t *testing.T) {
	v := example(t, view.Link{Place: view.Aspects})
	for line := range strings.SplitSeq(v.Render(60, 10), "\n") {
		if !strings.Contains(line, "machine") && !strings.Contains(line, "26 aspects") {
			t.Errorf("%q does not say who gets it", line)
		}
	}
}
