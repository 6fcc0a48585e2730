package machines

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// many is what is known of a made-up fleet of n machines, of which every state
// occurs.
func many(n int, r *rand.Rand) *known.Known {
	f := &fleet.Fleet{Name: "many"}
	systems := []string{"x86_64-linux", "aarch64-linux", "aarch64-darwin"}
	for i := range n {
		system := systems[r.IntN(len(systems))]
		f.Machines = append(f.Machines, fleet.Machine{
			Name: fmt.Sprintf("host%05d", i), System: system, Class: fleet.ClassOf(system), Type: "VM", Source: fleet.SourceFile,
			User: fmt.Sprintf("user%d", r.IntN(20)), Tags: []string{fmt.Sprintf("rack%d", r.IntN(40)), "web"},
			Aspects: []fleet.Named{{Name: "base"}, {Name: "server"}},
		})
	}
	f.Resolve()
	k := known.New(f, viewtest.Now)
	for i := range f.Machines {
		answer(k, &f.Machines[i], r)
	}
	k.Revision = 1
	return k
}

// answer makes up what a host says.
func answer(k *known.Known, m *fleet.Machine, r *rand.Rand) {
	all := session.States()
	host := &known.Host{Asked: k.Now.Add(-time.Duration(r.IntN(1000)) * time.Second), Busy: r.IntN(10) == 0}
	host.Machine, host.State, host.Wanted = m, all[r.IntN(len(all))], viewtest.Path(r.IntN(4))
	if host.State == session.StateUnreachable {
		host.Facts = fleet.Facts{Reach: fleet.Unreachable, Cause: "no route to host"}
	} else {
		running := viewtest.Path(r.IntN(4))
		host.Facts = fleet.Facts{
			Reach: fleet.Reachable, Running: running, Booted: running, Profile: viewtest.Path(r.IntN(4)), Generation: r.IntN(2000),
			Kernel: "Linux 6.12.8", Uptime: time.Duration(r.IntN(1000)) * time.Hour,
		}
	}
	if r.IntN(20) == 0 {
		host = &known.Host{Busy: r.IntN(2) == 0}
	}
	k.Hosts[m.Name] = host
}

// TestProperties does things at random and looks at what must hold whatever
// was done.
func TestProperties(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		k := many(60, r)
		v := New(viewtest.Env(k), view.Link{})
		marked := map[string]bool{}
		for range 120 {
			what := step(v, k, r, marked)
			holds(t, fmt.Sprintf("seed %d after %s", seed, what), v, marked)
			if t.Failed() {
				return
			}
		}
	}
}

// step does one thing, and to marked what it should do to the marks.
func step(v *View, k *known.Known, r *rand.Rand, marked map[string]bool) string {
	some := len(ordered(v)) > 0
	_, cursor := v.table.Cursor()
	switch r.IntN(10) {
	case 0:
		filters := []string{"", "@web", "class:nixos", "drift:yes", "host0001", "nothing", "@rack[1-9]", "(", "not state:offline", "state:behind"}
		text := filters[r.IntN(len(filters))]
		viewtest.Type(v, text)
		return "filter " + text
	case 1:
		state := append([]string{""}, states...)[r.IntN(len(states)+1)]
		viewtest.Do(v, "machines.state-only "+state)
		return "state " + state
	case 2:
		column := columns[r.IntN(len(columns))].ID
		viewtest.Do(v, "table.sort-by "+column)
		return "sort by " + column
	case 3:
		viewtest.Do(v, "table.reverse")
		return "reverse"
	case 4:
		viewtest.Do(v, "mark")
		if some && !marked[cursor] {
			marked[cursor] = true
		} else if some {
			delete(marked, cursor)
		}
		return "mark"
	case 5:
		if r.IntN(4) == 0 {
			viewtest.Do(v, "mark.none")
			clear(marked)
			return "unmark"
		}
		if r.IntN(4) == 0 {
			for _, name := range ordered(v) {
				marked[name] = true
			}
			viewtest.Do(v, "mark.all")
			return "mark all"
		}
		from, to := slices.Index(ordered(v), v.marks.last), slices.Index(ordered(v), cursor)
		switch {
		case to < 0:
		case from < 0: // it begins here
			marked[cursor] = true
		default:
			for _, name := range ordered(v)[min(from, to) : max(from, to)+1] {
				marked[name] = true
			}
		}
		viewtest.Do(v, "mark.range")
		return "mark range"
	case 6, 7:
		for i := range k.Fleet.Machines {
			if r.IntN(3) == 0 {
				answer(k, &k.Fleet.Machines[i], r)
			}
		}
		k.Revision++
		return "new facts"
	}
	move := []string{"move.down", "move.up", "move.page-down", "move.bottom", "move.top"}[r.IntN(5)]
	viewtest.Do(v, move)
	return move
}

func holds(t *testing.T, when string, v *View, marked map[string]bool) {
	t.Helper()
	_, before := v.table.Cursor()
	touched := v.touched
	names := ordered(v)
	if i, after := v.table.Cursor(); touched && slices.Contains(names, before) && (after != before || names[i] != before) {
		t.Errorf("%s: the cursor went from %s to %s", when, before, after)
	}
	if !maps.Equal(v.marks.names, marked) {
		t.Errorf("%s: marks %v, want %v", when, v.marks.names, marked)
	}
	inView := 0
	for _, name := range names {
		if marked[name] {
			inView++
		}
	}
	if v.content.marked != inView {
		t.Errorf("%s: counts %d marks in view, want %d", when, v.content.marked, inView)
	}
	if sorted := slices.Sorted(slices.Values(names)); len(slices.Compact(sorted)) != len(names) {
		t.Errorf("%s: a machine is there twice", when)
	}
	total := 0
	for _, n := range v.content.counts {
		total += n
	}
	if total != len(v.content.found.places) {
		t.Errorf("%s: states count %d of %d", when, total, len(v.content.found.places))
	}
	inOrder(t, when, v)
	checkSize(t, when, v, 80, 12)
}

// inOrder checks the order of the rows against their keys and names.
func inOrder(t *testing.T, when string, v *View) {
	t.Helper()
	id, reverse := v.table.Sort()
	c := columnOf(id)
	for i := 1; i < len(v.content.rows); i++ {
		a, b := v.content.rows[i-1], v.content.rows[i]
		ka, kb := c.key(a), c.key(b)
		order := ka.compare(kb)
		if reverse {
			order = -order
		}
		switch {
		case !ka.known && kb.known:
			t.Errorf("%s: by %s, %s has nothing to sort by and comes before %s", when, id, a.machine.Name, b.machine.Name)
		case ka.known == kb.known && order > 0:
			t.Errorf("%s: by %s, %s comes before %s", when, id, a.machine.Name, b.machine.Name)
		case ka.known == kb.known && order == 0 && natural(a.machine.Name, b.machine.Name) > 0:
			t.Errorf("%s: by %s, equal rows %s and %s are not by name", when, id, a.machine.Name, b.machine.Name)
		}
	}
}

func checkSize(t *testing.T, when string, v *View, w, h int) {
	t.Helper()
	lines := strings.Split(v.Render(w, h), "\n")
	if len(lines) != h {
		t.Fatalf("%s at %dx%d: %d lines", when, w, h, len(lines))
	}
	for i, line := range lines {
		if n := term.Width(line); n != w {
			t.Fatalf("%s at %dx%d: line %d is %d columns wide: %q", when, w, h, i, n, line)
		}
	}
}

// TestEverySize draws every state of the view at many sizes, also with names
// and answers that are meant to do harm.
func TestEverySize(t *testing.T) {
	k := many(30, rand.New(rand.NewPCG(1, 1)))
	k.NoHosts = strings.Repeat("because ", 40)
	for i, text := range []string{"\x1b[31mred", "a\tb\nc", "\u202eright", "全角の機械", "\xff\xfe", strings.Repeat("long", 5000), "e\u0301\u200b"} {
		m := &k.Fleet.Machines[i]
		m.User, m.Type, m.Tags = text, text, []string{text}
		host := *k.Hosts[m.Name]
		host.Asked, host.Facts.Kernel, host.Facts.Running, host.WantedErr = k.Now, text, text, errors.New(text)
		host.Facts.Reach = fleet.Reachable
		host.State = session.State(text)
		k.Hosts[m.Name] = &host
	}
	for _, filter := range []string{"", "host", "@nothing", "(", "clas:" + strings.Repeat("x", 300), "\x1b[31m", "全角", "failed"} {
		v := New(viewtest.Env(k), view.Link{})
		viewtest.Do(v, "filter")
		viewtest.Type(v, filter)
		for range 2 { // what fits, and all columns
			for w := 1; w < 200; w += 1 + w/5 {
				for h := 1; h < 50; h += 1 + h/2 {
					checkSize(t, fmt.Sprintf("%q", filter), v, w, h)
				}
			}
			v.table.Do(action.Intent{ID: action.Wide})
		}
		if text := v.asText(); strings.ContainsAny(text, "\x1b\u202e\u200b") {
			t.Errorf("%q: what is copied is not clean", filter)
		}
	}
}
