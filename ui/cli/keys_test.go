package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay/ui/action"
)

// check is what shows that an action does in a scope what its help says.
type check struct {
	in   action.Scope
	at   func(c *console)               // brings the console to where the key is pressed
	does func(c *console, press func()) // presses it and looks for what has to come of it
}

// TestKeys presses every key of every action in the real program in a real
// terminal, in each scope that the action has, and chooses it by name in the
// palette, and looks whether it does what its help says. An action, a scope of
// one, or a check that the other side does not have is an error.
func TestKeys(t *testing.T) {
	checks := allChecks(t)
	c := openConsole(t)
	c.sayWhyNot()
	for _, a := range action.All() {
		for _, s := range a.Scopes {
			i := slices.IndexFunc(checks[a.ID], func(k check) bool { return k.in == s })
			if i < 0 {
				t.Errorf("%s: nobody knows what shows that it does in %s: %s", a.ID, s, a.Help)
				continue
			}
			if len(a.Keys) == 0 {
				t.Errorf("%s has no key", a.ID)
			}
			for _, k := range checks[a.ID] {
				if k.in == s {
					c.checkAll(t, a, k)
				}
			}
		}
	}
}

// sayWhyNot presses keys where they do nothing, and looks whether the console
// says why.
func (c *console) sayWhyNot() {
	c.t.Helper()
	for _, test := range []struct {
		at       func(c *console)
		key, why string
	}{
		{(*console).home, ".", "nothing was run in this session"},
		{(*console).home, "]", "this is the newest place"},
		{(*console).home, "u", "nothing is marked"},
		{(*console).home, "right", "w shows all columns first"},
		{(*console).home, "L", "no recorded run has argentum"},
		{(*console).run, "c", "the run is over"},
		{(*console).run, "e", "a run has no place in a file"},
		{(*console).logs, "f", "nothing new comes: the run is over"},
		{(*console).logs, "n", "nothing is searched: / does"},
		{func(c *console) { c.plan("cinnabar") }, "A", "A apply: there is nothing to change"},
		{(*console).running, "ctrl+z", "the run would stand still; end it first"},
	} {
		test.at(c)
		c.keys(test.key)
		c.said(test.why)
	}
	c.abandon()
}

// allChecks joins the tables and looks for what is in none of the actions.
func allChecks(t *testing.T) map[action.ID][]check {
	t.Helper()
	all := map[action.ID][]check{}
	for _, table := range []map[action.ID][]check{placeChecks(), globalChecks(), viewChecks(), runChecks(), dialogChecks()} {
		for id, list := range table {
			all[id] = append(all[id], list...)
		}
	}
	for id, list := range moveChecks() {
		all[id] = append(all[id], list...)
	}
	for id, list := range all {
		i := slices.IndexFunc(action.All(), func(a action.Action) bool { return a.ID == id })
		for _, k := range list {
			if i < 0 || !slices.Contains(action.All()[i].Scopes, k.in) {
				t.Errorf("there is a check of %s in %s, but no such action", id, k.in)
			}
		}
	}
	return all
}

// checkAll carries the check out with every key, and by name.
func (c *console) checkAll(t *testing.T, a action.Action, k check) {
	t.Helper()
	ways := slices.Clone(a.Keys)
	if k.in != action.Input && k.in != action.List && k.in != action.Confirm && !strings.HasPrefix(string(a.ID), "move.") && a.ID != action.Palette {
		ways = append(ways, "")
	}
	for _, key := range ways {
		name := fmt.Sprintf("%s/%s/%s", a.ID, k.in, key)
		if key == "" {
			name = fmt.Sprintf("%s/%s/by name", a.ID, k.in)
		}
		t.Run(name, func(t *testing.T) {
			c.t = t
			k.at(c)
			k.does(c, func() {
				if key == "" {
					c.byName(a)
				} else {
					c.keys(key)
				}
			})
		})
		if c.lost {
			t.Fatal("the console does not come back to the machines")
		}
	}
}
