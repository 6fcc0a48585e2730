package machine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"assay/fleet"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/term"
	"assay/ui/view/viewtest"
)

func shows(t *testing.T, what, screen string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			t.Errorf("%s: %q is not in\n%s", what, text, screen)
		}
	}
}

func TestNothingKnown(t *testing.T) {
	k := known.New(viewtest.Session(t).Fleet(), viewtest.Now)
	for _, part := range parts() {
		v := open(t, k, "cinnabar", part)
		screen := v.Render(80, 20)
		switch part {
		case "overview":
			shows(t, part, screen, "? not asked", "R asks the host", "the composition: nobody has asked yet", "VPS (Hetzner)")
		case "services":
			shows(t, part, screen, "zerotier/peer", "not seen in the composition")
		case "generations":
			shows(t, part, screen, "nobody has asked it yet", "R asks it")
		default:
			shows(t, part, screen, "the composition: nobody has asked yet")
		}
	}
	k.NoHosts = "no hosts in this version"
	shows(t, "overview", open(t, k, "cinnabar", "").Render(80, 20), "no hosts in this version")
	shows(t, "generations", open(t, k, "cinnabar", "generations").Render(80, 20), "no hosts in this version")
}

func TestLoadingAndErrors(t *testing.T) {
	k := known.New(viewtest.Session(t).Fleet(), viewtest.Now)
	v := open(t, k, "cinnabar", "options")
	l := &known.Loaded[compose.Composition]{Busy: true}
	k.Compositions["cinnabar"] = l
	shows(t, "loading", v.Render(80, 20), "reading the composition")
	l.Busy, l.Err = false, errors.New("modules: permission denied")
	shows(t, "an error", v.Render(80, 20), "the composition: not there", "permission denied")
	l.Value = compose.Composition{
		Machine: "cinnabar", Scope: compose.Scope{Class: fleet.NixOS, Options: []compose.Option{conflict()}},
		Problems: []compose.Problem{{
			At: fleet.Pos{File: "modules/x.nix", Line: 7}, Severity: fleet.Error, Text: "the option a.b has two values", Hint: "keep one",
		}},
	}
	shows(t, "an error with what is there", v.Render(80, 20), "the composition has 1 error", "✘ a.b = conflict: true and false differ")
	viewtest.Do(v, "move.bottom", "tree.expand")
	shows(t, "a conflict", v.Render(80, 20), "? open       mkForce true", "mkOverride 70 mkBefore false", "only if config.c.enable")
	overview := open(t, k, "cinnabar", "")
	shows(t, "overview", overview.Render(80, 20), "✘ error", "the option a.b has two values", "hint: keep one", "modules/x.nix:7")
}

// TestFilterAhead: what is typed while the composition is read finds what comes.
func TestFilterAhead(t *testing.T) {
	k := viewtest.Known(t)
	whole := k.Compositions["cinnabar"]
	l := &known.Loaded[compose.Composition]{}
	k.Compositions["cinnabar"] = l
	v := open(t, k, "cinnabar", "options")
	v.Render(80, 20)
	if v.Disabled(action.Filter) == "" {
		t.Error("nothing comes, and a filter is offered")
	}
	l.Busy = true
	v.Render(80, 20)
	if why := v.Disabled(action.Filter); why != "" {
		t.Error(why)
	}
	viewtest.Do(v, string(action.Filter))
	viewtest.Type(v, "PermitRoot")
	shows(t, "ahead", v.Render(80, 20), "reading the composition", "/PermitRoot")
	*l = *whole
	screen := v.Render(80, 20)
	shows(t, "filtered", screen, "PermitRootLogin")
	if strings.Contains(screen, "swappiness") || !strings.HasPrefix(v.Note(), "1 of ") {
		t.Errorf("%s: it is not filtered\n%s", v.Note(), screen)
	}
}

// conflict is an option with two definitions that cannot be merged.
func conflict() compose.Option {
	at := fleet.Pos{File: "modules/x.nix", Line: 7}
	value := func(b bool) compose.Value { return compose.Value{Known: true, Data: b, Text: fmt.Sprint(b)} }
	return compose.Option{
		Path: "a.b", Definitions: []compose.Definition{
			{Value: value(true), Priority: 50, Order: 1000, Aspect: "x", At: at},
			{Value: value(false), Priority: 70, Order: 500, Aspect: "y", At: at, Condition: "config.c.enable"},
		},
		Merged: compose.Merged{State: compose.Conflict, Winner: -1, Reason: "true and false differ"},
	}
}

func TestStates(t *testing.T) {
	k := viewtest.Known(t)
	h := k.Hosts["cinnabar"]
	for _, c := range []struct {
		set  func()
		want []string
	}{
		{func() { h.State, h.Facts.Damaged = session.StateDamaged, "a link leads nowhere" }, []string{"✘ damaged", "a link leads nowhere", "D plans the update, which also repairs"}},
		{func() { h.Facts.Damaged, h.State, h.Facts.Running = "", session.StateUnknown, "" }, []string{"? unknown", "running     ? unknown", "reboot      ? unknown"}},
		{func() { h.State = session.StateEmpty }, []string{"! empty", "D plans its first system"}},
		{func() {
			h.State, h.Facts = session.StateUnreachable, fleet.Facts{Reach: fleet.Unreachable, Cause: "wrong key", Identity: true}
		}, []string{"✘ unreachable", "wrong key", "find out who answers there"}},
		{func() { h.Busy = true }, []string{"being asked again"}},
	} {
		c.set()
		h.Asked = h.Asked.Add(1)
		shows(t, "overview", open(t, k, "cinnabar", "").Render(80, 24), c.want...)
	}
	v := open(t, k, "cinnabar", "generations")
	shows(t, "generations", v.Render(80, 20), "✘ unreachable: wrong key", "R asks it again")
}

// What is told of a host that went back to an older generation, and of one
// that booted another system than it runs.
func TestOlderGeneration(t *testing.T) {
	k := viewtest.Known(t)
	h := k.Hosts["cinnabar"]
	older, newer := viewtest.Path(1), viewtest.Path(2)
	h.State, h.Wanted = session.StateCurrent, older
	h.Facts.Running, h.Facts.Booted, h.Facts.Profile = older, newer, older
	h.Facts.Generation, h.Facts.Uptime, h.Facts.Kernel = 1, 0, "Darwin 24.1"
	h.Facts.Generations = []fleet.Generation{{Number: 1, Path: older}, {Number: 2, Path: newer}}
	overview := func() string {
		h.Asked = h.Asked.Add(1)
		return open(t, k, "cinnabar", "").Render(80, 24)
	}
	screen := overview()
	shows(t, "overview", screen, "runs 1 of the system profile, 2 is newer: rolled back?", "another system was booted", "Darwin 24.1")
	for _, not := range []string{"not as wanted", ", up", "Darwin 24.1,"} {
		if strings.Contains(screen, not) {
			t.Errorf("%q is in\n%s", not, screen)
		}
	}
	// The newer one boots next: nobody went back.
	h.Facts.Profile, h.Facts.Generation = newer, 2
	shows(t, "overview", overview(), "2 of the system profile, 2 kept")
	// What runs is not as wanted, and neither is what was booted.
	h.Wanted = viewtest.Path(3)
	shows(t, "overview", overview(), "! not as wanted")
}

func TestNoRoles(t *testing.T) {
	k := viewtest.Known(t)
	k.Fleet.Services = nil
	shows(t, "services", open(t, k, "cinnabar", "services").Render(80, 20), "no service has a role for cinnabar", "fleet.toml")
	k.Compositions["cinnabar"].Value.Scope.Packages = nil
	k.Compositions["cinnabar"].Value.Homes = nil
	shows(t, "packages", open(t, k, "cinnabar", "packages").Render(80, 20), "the tree lists no package for cinnabar")
}

func TestUnknownMachine(t *testing.T) {
	v := open(t, viewtest.Known(t), "\x1b[31mnobody", "options")
	shows(t, "unknown", v.Render(80, 20), "the fleet has no machine")
	if v.Needs() != nil || v.Note() != "" || v.Disabled(action.PlanUpdate) == "" || v.Disabled(action.ToMachines) != "" {
		t.Error("an unknown machine needs something")
	}
	for _, a := range action.All() {
		v.Do(action.Intent{ID: a.ID, Arg: "x"})
	}
}

// hostile is a composition of everything that a screen does not like.
func hostile() compose.Composition {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		pieces := []string{"日本語", "\x1b]0;x\a", "\u202eabc", strings.Repeat("long ", 40), "\xff\xfe", "\t\n", "e\u0301", "", "a.b"}
		var b strings.Builder
		for range r.IntN(6) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return b.String()
	}
	scope := func(user string) compose.Scope {
		sc := compose.Scope{User: user, Class: fleet.Class(text())}
		for range 30 {
			at := fleet.Pos{File: text(), Line: r.IntN(9)}
			sc.Aspects = append(sc.Aspects, compose.Reached{Name: text(), Class: fleet.Class(text()), Files: []fleet.Pos{at, at}, Way: []compose.Step{{Kind: text(), Name: text(), At: at}}})
			sc.Foreign = append(sc.Foreign, compose.Foreign{Ref: text(), From: text(), At: at})
			data := text()
			d := compose.Definition{Value: compose.Value{Known: true, Data: data, Text: compose.Render(data)}, Aspect: text(), At: at, Condition: text(), Order: r.IntN(2000)}
			states := []compose.State{compose.Known, compose.Open, compose.Conflict, compose.Invalid, "odd"}
			sc.Options = append(sc.Options,
				compose.Option{Path: text(), Definitions: []compose.Definition{d, d}, Merged: compose.Merged{State: states[r.IntN(5)], Winner: r.IntN(4) - 1, Value: d.Value, Reason: text()}},
				compose.Option{Path: text()})
			sc.Packages = append(sc.Packages, compose.Package{Name: text(), Option: text(), Aspect: text(), At: at})
		}
		return sc
	}
	c := compose.Composition{Machine: "cinnabar", System: text(), Scope: scope(""), Homes: []compose.Scope{scope(text()), scope(text())}}
	for range 5 {
		c.Problems = append(c.Problems, compose.Problem{Severity: fleet.Severity(text()), Text: text(), Hint: text(), At: fleet.Pos{File: text()}})
	}
	return c
}

// Whatever is shown, at any size: as many lines of as many columns as asked
// for, and nothing that a terminal would obey.
func TestSizes(t *testing.T) {
	k := viewtest.Known(t)
	k.Compositions["galena"].Value = hostile()
	for _, name := range []string{"cinnabar", "galena", "no such machine"} {
		for _, part := range parts() {
			v := open(t, k, name, part)
			for _, size := range [][2]int{{1, 1}, {2, 3}, {7, 2}, {20, 5}, {59, 11}, {80, 20}, {200, 60}} {
				for _, do := range []string{"move.down", "tree.expand-all", "move.bottom", "filter", "tree.collapse-all", "move.top"} {
					viewtest.Do(v, do)
					if do == "filter" {
						viewtest.Type(v, "a")
						v.Note()
					}
					check(t, v.Render(size[0], size[1]), size[0], size[1])
					v.Click(size[0]-1, size[1]-1)
				}
				viewtest.Do(v, "typing.leave")
			}
		}
	}
}

func check(t *testing.T, screen string, w, h int) {
	t.Helper()
	lines := strings.Split(screen, "\n")
	if len(lines) != h {
		t.Fatalf("%dx%d: %d lines", w, h, len(lines))
	}
	for _, l := range lines {
		if term.Width(l) != w || strings.ContainsAny(l, "\x1b\a\u202e") || !utf8.ValidString(l) {
			t.Fatalf("%dx%d: %q", w, h, l)
		}
	}
}
