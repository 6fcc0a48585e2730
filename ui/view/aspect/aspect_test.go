package aspect

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

var (
	_ view.View     = (*View)(nil)
	_ view.Typing   = (*View)(nil)
	_ view.Clicking = (*View)(nil)
)

func example(t testing.TB, name string) *View {
	t.Helper()
	return New(viewtest.Env(viewtest.Known(t)), view.Link{Place: view.Aspect, Name: name})
}

func of(name string, machines []fleet.Machine, aspects ...session.Aspect) *View {
	k := known.New(&fleet.Fleet{Machines: machines}, viewtest.Now)
	k.Aspects = known.Loaded[[]session.Aspect]{Value: aspects, At: viewtest.Now}
	return New(viewtest.Env(k), view.Link{Place: view.Aspect, Name: name})
}

func TestGolden(t *testing.T) {
	for _, name := range []string{"nixos/base", "nixos/server", "nixos/zram", "homeManager/fish", "nixos/services/zerotier/peer", "terranix/gcp", "nixos/bse"} {
		viewtest.Golden(t, strings.ReplaceAll(name, "/", "-"), example(t, name))
	}
	v := example(t, "nixos/zram")
	v.fill()
	v.out.Reveal("machine 1 2")
	viewtest.Golden(t, "way", v)
	v = example(t, "nixos/base")
	viewtest.Do(v, "filter")
	viewtest.Type(v, "system/nix")
	viewtest.Golden(t, "filter", v)
	viewtest.Golden(t, "odd", of("nixos/odd", nil, odd()))
	viewtest.Golden(t, "many", many1000())
}

// odd is an aspect of kinds that the example fleet has none of.
func odd() session.Aspect {
	at := func(line int) fleet.Pos { return fleet.Pos{File: "modules/odd.nix", Line: line} }
	return session.Aspect{Class: fleet.NixOS, Name: "odd",
		Files: []session.Contribution{{At: at(1)}, {At: at(12), Condition: `lib.versionAtLeast lib.version "25.05"`}},
		Imports: []session.AspectImport{
			{Kind: "aspect", Class: "generic", Name: "shared", At: at(3), Condition: "config.services.openssh.enable"},
			{Kind: "foreign", Name: "inputs.sops-nix.nixosModules.sops", At: at(4)},
			{Kind: "module", Name: "a module of its own", At: at(5)},
			{Kind: "unknown", Name: "x", Why: "the value of name is not known", At: at(6)},
		},
		UsedBy: []session.AspectUser{{Class: fleet.NixOS, Name: "sum", At: fleet.Pos{File: "modules/sum.nix", Line: 2}}},
	}
}

// many1000 is an aspect that a thousand machines get in one of three ways.
func many1000() *View {
	at := fleet.Pos{File: "fleet.toml", Line: 7}
	a := session.Aspect{Class: fleet.NixOS, Name: "base", Files: []session.Contribution{{At: at}}}
	for i := range 1000 {
		way := []compose.Step{{Kind: "machine", Name: "m", At: at}, {Kind: "aspect", Name: "server", At: at}, {Kind: "aspect", Name: "base", At: at}}
		switch i % 3 {
		case 1:
			way = slices.Delete(way, 1, 2)
		case 2:
			way[1] = compose.Step{Kind: "role", Name: "sshd/server", At: at}
		}
		a.Machines = append(a.Machines, session.AspectUse{Machine: fmt.Sprintf("m%03d", i), Way: way})
	}
	return of("nixos/base", nil, a)
}

func TestStates(t *testing.T) {
	v := of("nixos/odd", nil)
	for _, c := range []struct {
		now  known.Loaded[[]session.Aspect]
		want string
		note string
	}{
		{known.Loaded[[]session.Aspect]{}, "nobody has asked yet", ""},
		{known.Loaded[[]session.Aspect]{Busy: true}, "reading the aspects", ""},
		{known.Loaded[[]session.Aspect]{Value: []session.Aspect{odd()}, At: viewtest.Now}, "defined in 2 places", "2 places · unused"},
		{known.Loaded[[]session.Aspect]{Err: errors.New("the tree is not there"), At: viewtest.Now}, "the tree is not there", ""},
		{known.Loaded[[]session.Aspect]{At: viewtest.Now.Add(1)}, "the tree defines no aspect nixos/odd", ""},
	} {
		v.env.Known.Aspects = c.now
		if got := v.Render(80, 20); !strings.Contains(got, c.want) {
			t.Errorf("want %q, got\n%s", c.want, got)
		}
		if got := v.Note(); got != c.note {
			t.Errorf("%s: note %q", c.want, got)
		}
	}
	if v.Link() != (view.Link{Place: view.Aspect, Name: "nixos/odd"}) || v.Title() != "nixos/odd" {
		t.Errorf("%v %q", v.Link(), v.Title())
	}
}

// TestEnter follows every kind of name that the view shows.
func TestEnter(t *testing.T) {
	place := func(file string, line int) view.Link { return view.Link{Place: view.File, Name: file, Line: line} }
	for _, c := range []struct {
		aspect, id string
		want       view.Link
		edit       string
	}{
		{"nixos/base", "defined 1", place("modules/aspects/nixos/motd.nix", 3), "modules/aspects/nixos/motd.nix:3"},
		{"nixos/server", "imports 0", view.Link{Place: view.Aspect, Name: "nixos/fail2ban"}, "modules/aspects/nixos/server.nix:9"},
		{"nixos/zram", "used by 0", view.Link{Place: view.Aspect, Name: "nixos/server"}, "modules/aspects/nixos/server.nix:15"},
		{"nixos/zram", "machine 0", view.Link{Place: view.Machine, Name: "cinnabar"}, "modules/aspects/nixos/server.nix:15"},
		{"nixos/zram", "machine 0 0", view.Link{Place: view.Machine, Name: "cinnabar"}, "fleet.toml:168"},
		{"nixos/zram", "machine 0 1", view.Link{Place: view.Aspect, Name: "nixos/server"}, "fleet.toml:173"},
		{"homeManager/fish", "machine 1 1", view.Link{Place: view.Machine, Name: "cinnabar"}, "fleet.toml:175"},
		{"homeManager/fish", "machine 1 2", view.Link{Place: view.Aspect, Name: "homeManager/shell"}, "fleet.toml:175"},
		{"nixos/services/zerotier/peer", "machine 0 1", view.Link{Place: view.Services, Name: "zerotier/peer"}, "fleet.toml:233"},
		{"nixos/base", "also darwin/base", view.Link{Place: view.Aspect, Name: "darwin/base"}, "modules/aspects/darwin/base.nix:3"},
	} {
		v := example(t, c.aspect)
		v.fill()
		v.out.Reveal(c.id)
		if got := viewtest.Do(v, "enter"); !slices.Equal(got, []view.Ask{view.Go{Link: c.want}}) {
			t.Errorf("%s, %s: %v, want %v", c.aspect, c.id, got, c.want)
		}
		asked := viewtest.Do(v, "edit")
		if len(asked) != 1 || asked[0].(view.Edit).At.String() != c.edit {
			t.Errorf("%s, %s: edits %v, want %s", c.aspect, c.id, asked, c.edit)
		}
	}
	v := example(t, "nixos/base")
	if got := viewtest.Do(v, "refresh"); len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(view.Again{Needs: v.Needs()}) {
		t.Error(got)
	}
	if got := viewtest.Do(v, "back"); !slices.Equal(got, []view.Ask{view.Leave{}}) {
		t.Error(got)
	}
	if v.Disabled(action.Edit) == "" {
		t.Error("a heading has a place to edit")
	}
}

// TestGeneric follows a step to an aspect that is no one class's own.
func TestGeneric(t *testing.T) {
	way := []compose.Step{{Kind: "machine", Name: "m"}, {Kind: "aspect", Name: "shared"}, {Kind: "aspect", Name: "base"}}
	use := []session.AspectUse{{Machine: "m", Way: way}}
	v := of("nixos/base", []fleet.Machine{{Name: "m", Class: fleet.NixOS}},
		session.Aspect{Class: "generic", Name: "shared", Files: make([]session.Contribution, 1), Machines: use},
		session.Aspect{Class: fleet.NixOS, Name: "base", Files: make([]session.Contribution, 1), Machines: use})
	v.fill()
	v.out.Reveal("machine 0 1")
	if got := viewtest.Do(v, "enter"); !slices.Equal(got, []view.Ask{view.Go{Link: view.ToAspect("generic", "shared")}}) {
		t.Error(got)
	}
}

func TestThrough(t *testing.T) {
	step := func(kind, name string) compose.Step { return compose.Step{Kind: kind, Name: name} }
	m, a := step("machine", "m"), step("aspect", "a")
	for want, use := range map[string]session.AspectUse{
		"by the registry":               {Way: []compose.Step{m, a}},
		"by b > c":                      {Way: []compose.Step{m, step("aspect", "b"), step("aspect", "c"), a}},
		"by role x/y":                   {Way: []compose.Step{m, step("role", "x/y"), a}},
		"home of sam, by the registry":  {User: "sam", Way: []compose.Step{m, step("home", "sam"), a}},
		"home of sam, by b":             {User: "sam", Way: []compose.Step{m, step("home", "sam"), step("aspect", "b"), a}},
		"home of max, way is not known": {User: "max"},
	} {
		if got := Through(use); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestSizes draws a hostile aspect at all sizes.
func TestSizes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	bad := "\x1b[31m\u202e日本語\n\xff" + strings.Repeat("long", 200)
	a := odd()
	a.Name += bad
	a.Files = append(a.Files, session.Contribution{At: fleet.Pos{File: bad, Line: 1}, Condition: bad})
	a.Imports = append(a.Imports, session.AspectImport{Kind: "unknown", Why: bad}, session.AspectImport{Kind: "aspect", Name: bad})
	a.Machines = []session.AspectUse{{Machine: bad, User: bad, Way: []compose.Step{{Kind: bad, Name: bad}, {}}}, {}}
	for _, v := range []*View{of("nixos/"+a.Name, nil, a), of(bad, nil, a), many1000()} {
		for range 200 {
			viewtest.Do(v, []string{"move.down", "tree.expand-all", "move.bottom", "enter", "filter", "back", "move.page-up"}[r.IntN(7)])
			v.Click(r.IntN(9), r.IntN(30))
			w, h := 1+r.IntN(120), 1+r.IntN(40)
			lines := strings.Split(v.Render(w, h), "\n")
			if len(lines) != h {
				t.Fatalf("%d lines, want %d", len(lines), h)
			}
			for _, l := range lines {
				if term.Width(l) != w || strings.ContainsAny(l, "\x1b\u202e") {
					t.Fatalf("at %dx%d: %q", w, h, l)
				}
			}
		}
	}
}

func BenchmarkRender(b *testing.B) {
	v := many1000()
	v.Render(160, 44)
	viewtest.Do(v, "tree.expand-all")
	for b.Loop() {
		viewtest.Do(v, "move.page-down")
		v.Render(160, 44)
	}
}
