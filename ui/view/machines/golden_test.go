package machines

import (
	"testing"

	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

func example(t testing.TB, sub string) (*View, *known.Known) {
	t.Helper()
	k := viewtest.Known(t)
	return New(viewtest.Env(k), view.Link{Place: view.Machines, Sub: sub}), k
}

func TestGolden(t *testing.T) {
	_, k := example(t, "")
	for _, test := range []struct {
		name, filter string
		intents      []string
	}{
		{"default", "", nil},
		{"marked", "@cloud", []string{"move.down", "mark", "move.down", "mark"}},
		{"wide", "", []string{"table.wide"}},
		{"wide-right", "", []string{"table.wide", "move.right", "move.right", "move.right"}},
		{"sorted", "", []string{"table.sort-by uptime", "table.reverse"}},
		{"one-state", "*e*", []string{"machines.state-only behind"}},
		{"neither", "@nixos", []string{"machines.state-only behind"}},
		{"typing", "", []string{"filter"}},
		{"no-name", "cinx", nil},
		{"no-tag", "@lapto", nil},
		{"no-state", "", []string{"machines.state-only damaged"}},
		{"unknown", "failed", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := New(viewtest.Env(k), view.Link{Sub: test.filter})
			for _, intent := range test.intents {
				v.Render(80, 20) // as the console does in between
				viewtest.Do(v, intent)
			}
			viewtest.Golden(t, test.name, v)
		})
	}
}

func TestGoldenSyntaxError(t *testing.T) {
	v, _ := example(t, "")
	viewtest.Do(v, "filter")
	viewtest.Type(v, "@darwin")
	viewtest.Type(v, "@darwin clas:x")
	viewtest.Golden(t, "syntax", v)
}

func TestGoldenNotAsked(t *testing.T) {
	s := viewtest.Session(t)
	k := known.New(s.Fleet(), viewtest.Now)
	k.NoHosts = "this session reaches no hosts: nothing that could is in this program; hint: try assay demo"
	viewtest.Golden(t, "not-asked", New(viewtest.Env(k), view.Link{}))
}

func TestGoldenAsking(t *testing.T) {
	v, k := example(t, "")
	for name, host := range k.Hosts {
		if name != "cinnabar" && name != "scheelite" {
			k.Hosts[name] = &known.Host{Busy: true}
		}
		host.Busy = true
	}
	k.Revision++
	viewtest.Golden(t, "asking", v)
}

func TestGoldenNoMachines(t *testing.T) {
	_, k := example(t, "")
	empty := *k.Fleet
	empty.Machines = nil
	viewtest.Golden(t, "no-machines", New(viewtest.Env(known.New(&empty, viewtest.Now)), view.Link{}))
}
