package services_test

import (
	"fmt"
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/services"
	"assay/ui/view/viewtest"
)

func open(k *known.Known, name string) *services.View {
	return services.New(viewtest.Env(k), view.Link{Place: view.Services, Name: name})
}

func TestGolden(t *testing.T) {
	k := viewtest.Known(t)
	viewtest.Golden(t, "services", open(k, ""))
	viewtest.Golden(t, "role", open(k, "zerotier/peer"))
	v := open(k, "")
	viewtest.Do(v, "filter")
	viewtest.Type(v, "controller")
	viewtest.Golden(t, "filter", v)
	viewtest.Type(v, "no such thing")
	viewtest.Golden(t, "filter-nothing", v)
	k.Fleet.Services = nil
	viewtest.Golden(t, "empty", open(k, ""))
}

func TestEnterCopyEdit(t *testing.T) {
	k := viewtest.Known(t)
	peer := "zerotier/peer\x00"
	for _, c := range []struct {
		name, copy string
		link       view.Link
		at         string
	}{
		{"zerotier", "zerotier", view.Link{}, "fleet.toml:226"},
		{"zerotier/peer", "zerotier/peer", view.Link{}, "fleet.toml:232"},
		{peer + "member 2", "cinnabar", view.Link{Place: view.Machine, Name: "cinnabar", Sub: "services"}, "fleet.toml:233"},
		{peer + "setting port0", "port = 9993", view.Link{Place: view.File, Name: "fleet.toml", Line: 232}, "fleet.toml:232"},
		{peer + "aspect nixos/services/zerotier/peer0", "nixos/services/zerotier/peer", view.Link{Place: view.Aspect, Name: "nixos/services/zerotier/peer"}, "modules/aspects/services/zerotier/peer.nix:4"},
	} {
		v := open(k, c.name)
		v.Render(80, 20)
		asked := viewtest.Do(v, "enter")
		if len(asked) > 1 || len(asked) == 1 && asked[0] != (view.Ask)(view.Go{Link: c.link}) || len(asked) == 0 && c.link != (view.Link{}) {
			t.Errorf("%q: enter asks %#v, want %v", c.name, asked, c.link)
		}
		if got, ok := viewtest.Do(v, "copy")[0].(view.Copy); !ok || got.Text != c.copy {
			t.Errorf("%q: copy gives %#v, want %q", c.name, got, c.copy)
		}
		if got, ok := viewtest.Do(v, "edit")[0].(view.Edit); !ok || got.At.String() != c.at {
			t.Errorf("%q: edit opens %v, want %s", c.name, got.At, c.at)
		}
	}
}

func TestFilter(t *testing.T) {
	v := open(viewtest.Known(t), "")
	if v.Note() != "3 services" {
		t.Errorf("the note is %q", v.Note())
	}
	viewtest.Do(v, "filter")
	viewtest.Type(v, "networks 1a2b")
	if v.Note() != "1 of 41 lines" || !strings.Contains(v.Render(80, 20), "1a2b3c4d5e000001") {
		t.Errorf("a setting is not found: %q\n%s", v.Note(), v.Render(80, 20))
	}
	copied := viewtest.Do(v, "copy.all")[0].(view.Copy).Text
	if !strings.Contains(copied, "peer") || strings.Contains(copied, "controller") {
		t.Errorf("what is copied is not what is shown:\n%s", copied)
	}
	if asked := viewtest.Do(v, "back"); asked != nil || v.Input().Value() != "" {
		t.Errorf("back asks %v and leaves the filter %q", asked, v.Input().Value())
	}
	if asked := viewtest.Do(v, "back"); len(asked) != 1 || asked[0] != (view.Ask)(view.Leave{}) {
		t.Errorf("back asks %v", asked)
	}
}

// huge is a fleet with a role of 5,000 members, and one of nobody whose
// settings are of every kind.
func huge(t testing.TB) *known.Known {
	k := viewtest.Known(t)
	all := fleet.Role{Name: "all"}
	for i := range 5000 {
		all.Members = append(all.Members, fleet.Member{Machine: fmt.Sprintf("machine%d", i), Via: "tag all", At: fleet.Pos{File: "fleet.toml", Line: i}})
	}
	none := fleet.Role{Name: "\x1b[31m日本\u202e", Settings: map[string]any{
		"tables": []map[string]any{{"a": int64(1)}}, "list": []any{true, 1.5, nil, "x\ny"}, "odd": struct{}{}, "": strings.Repeat("x", 9000),
	}}
	k.Fleet.Services = []fleet.Service{{Name: "big", Module: "m", Input: "inputs", Roles: []fleet.Role{all, none}}}
	return k
}

func TestHuge(t *testing.T) {
	k := huge(t)
	v := open(k, "")
	screen := v.Render(80, 20)
	for _, text := range []string{"module m of input inputs", "5000 members", "no machine has this role", `tables = [ { a = 1; } ]`, `list = [ true 1.5 null "x\ny" ]`} {
		if !strings.Contains(screen, text) {
			t.Errorf("%q is not in\n%s", text, screen)
		}
	}
	if strings.Contains(screen, "machine4999") {
		t.Error("a role of thousands is open from the beginning")
	}
	for _, size := range [][2]int{{1, 1}, {2, 3}, {7, 2}, {20, 5}, {59, 11}, {80, 20}, {200, 60}} {
		for _, do := range []string{"tree.expand-all", "move.bottom", "move.page-up", "filter", "tree.collapse-all"} {
			viewtest.Do(v, do)
			lines := strings.Split(v.Render(size[0], size[1]), "\n")
			if len(lines) != size[1] {
				t.Fatalf("%v: %d lines", size, len(lines))
			}
			for _, l := range lines {
				if term.Width(l) != size[0] || strings.ContainsAny(l, "\x1b\u202e") {
					t.Fatalf("%v: %q", size, l)
				}
			}
			v.Click(0, size[1]-1)
		}
	}
}

func TestEveryAction(t *testing.T) {
	k := viewtest.Known(t)
	empty := viewtest.Known(t)
	empty.Fleet.Services = nil
	for _, k := range []*known.Known{k, empty} {
		v := open(k, "no/such")
		for _, a := range action.All() {
			v.Do(action.Intent{ID: a.ID})
			v.Disabled(a.ID)
		}
	}
	if got := open(empty, "").Disabled(action.CopyAll); got != "there is nothing to show" {
		t.Errorf("without services copying all is disabled by %q", got)
	}
}

func BenchmarkRender5000Members(b *testing.B) {
	v := open(huge(b), "")
	viewtest.Do(v, "tree.expand-all")
	for b.Loop() {
		viewtest.Do(v, "move.down")
		v.Render(160, 44)
	}
}
