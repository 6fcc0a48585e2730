package planned

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/fleet/run/state"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/viewtest"
	"assay/ui/widget"
)

// at puts the cursor on the first item whose ID ends so.
func at(t *testing.T, v *View, suffix string) {
	t.Helper()
	v.Render(120, 40)
	viewtest.Do(v, "move.top")
	for range 20000 {
		if it := v.tree.Cursor(); it != nil && strings.HasSuffix(it.ID, suffix) {
			return
		}
		before := v.tree.Cursor()
		viewtest.Do(v, "move.down")
		if v.tree.Cursor() == before {
			break
		}
	}
	t.Fatalf("no item %q:\n%s", suffix, v.tree.Text())
}

// asked is the one thing that a view asks for.
func asked[T view.Ask](t *testing.T, list []view.Ask) T {
	t.Helper()
	if len(list) == 1 {
		if a, ok := list[0].(T); ok {
			return a
		}
	}
	var want T
	t.Fatalf("%+v, want one %T", list, want)
	return want
}

func text(lines []widget.Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Text() + "\n")
	}
	return b.String()
}

func TestDisabled(t *testing.T) {
	k, p := update(t)
	v := show(k, p)
	if why := v.Disabled(action.Apply); why != "" {
		t.Fatal(why)
	}
	for name, change := range map[string]func(){
		"looks only":          func() { k.ReadOnly = "it looks only" },
		"no hosts here":       func() { k.NoHosts = "no hosts here" },
		"another run goes on": func() { k.Current = "r"; k.Open["r"] = &known.Run{ID: "r", State: state.New(0), Mine: true} },
		"plan is being made":  func() { k.Planning.Busy = true },
		"there is no plan":    func() { k.Planning = nil },
		"nothing to change":   func() { _, same := nothing(t); k.Planning.Plan = same },
	} {
		k, p = update(t)
		v = show(k, p)
		v.Render(80, 20)
		change()
		if why := v.Disabled(action.Apply); !strings.Contains(why, name) {
			t.Errorf("%s: %q", name, why)
		}
		for _, id := range []string{"plan.apply", "plan.apply-confirmed"} {
			for _, a := range viewtest.Do(v, id) {
				if _, ok := a.(view.Say); !ok {
					t.Errorf("%s: %s asks for %+v", name, id, a)
				}
			}
		}
		v.Render(80, 20)
	}
}

func TestLeave(t *testing.T) {
	k, p := update(t)
	v := show(k, p)
	at(t, v, "group 0") // cinnabar and electrum
	viewtest.Do(v, "plan.leave")
	if got := v.without(); !slices.Equal(got, []string{"cinnabar", "electrum"}) {
		t.Errorf("left out: %v", got)
	}
	if s := asked[view.SavePlan](t, viewtest.Do(v, "plan.save")); !slices.Equal(s.Without, v.without()) {
		t.Errorf("%+v", s)
	}
	viewtest.Do(v, "plan.leave")
	if got := v.without(); len(got) != 0 {
		t.Errorf("left out: %v", got)
	}
	viewtest.Do(v, "plan.leave")
	at(t, v, "machine stibnite")
	viewtest.Do(v, "plan.leave")
	at(t, v, "machine rosegold")
	s := asked[view.Say](t, viewtest.Do(v, "plan.leave"))
	if len(v.without()) != 3 || !strings.Contains(s.Text, "one machine at least") {
		t.Errorf("%v, %+v", v.without(), s)
	}
	at(t, v, "unreachable scheelite")
	if why := v.Disabled(action.Leave); !strings.Contains(why, "not changed anyway") {
		t.Errorf("%q", why)
	}
	// Another plan begins without anybody left out.
	_, other := nothing(t)
	k.Planning.Plan = other
	if v.Render(80, 20); len(v.out) != 0 {
		t.Errorf("%v are left out of another plan", v.out)
	}
}

// TestWhyNothingCanBeDone: a plan in which all went wrong says what did.
func TestWhyNothingCanBeDone(t *testing.T) {
	k, p := rollback(t)
	failed := p.Without([]string{"cinnabar", "electrum"})
	v := show(k, failed)
	if got := v.Render(80, 20); !strings.Contains(got, "Nothing can be applied: stibnite has no generation older than 6") {
		t.Error(got)
	}
}

// TestPlaceSurvives: at any width a row keeps the place, and cuts what stands
// before it.
func TestPlaceSurvives(t *testing.T) {
	k, p := update(t)
	i := slices.IndexFunc(p.Groups, func(g plan.Group) bool { return len(g.Change.Options) > 9 })
	p.Groups[i].Change.Options = p.Groups[i].Change.Options[:1]
	o := &p.Groups[i].Change.Options[0]
	o.Path, o.New, o.At = "services.caddy.virtualHosts.\"a.rather.long.name.example\".extraConfig", strings.Repeat("value ", 60), "modules/aspects/nixos/deep/caddy.nix:12"
	v := show(k, p)
	for _, w := range []int{60, 80, 120, 200} {
		if got := v.Render(w, 60); !strings.Contains(got, "caddy.nix:12") || !strings.Contains(got, "services.caddy") {
			t.Errorf("%d columns:\n%s", w, got)
		}
	}
}

// TestManyNames: while a plan of many machines is made, what ends it can be
// seen.
func TestManyNames(t *testing.T) {
	k, p := update(t)
	v := show(k, p)
	k.Planning.Busy, k.Planning.Machines, k.Planning.Total = true, nil, 900
	for n := range 900 {
		k.Planning.Machines = append(k.Planning.Machines, fmt.Sprintf("machine-%04d", n))
	}
	if got := v.Render(80, 10); !strings.Contains(got, "ctrl+c stops it") || !strings.Contains(got, "more") {
		t.Error(got)
	}
}

// TestBuildKnowsNoDifference: no host is asked for that goal, so that nothing
// is said of differences.
func TestBuildKnowsNoDifference(t *testing.T) {
	k := viewtest.Known(t)
	p := large(3, 3, 2)
	p.Goal = engine.GoalBuild
	p.Groups[0].Change = plan.Change{Unknown: "hosts are not asked for the goal build"}
	if got := show(k, p).Render(100, 30); strings.Contains(got, "not known") || !strings.Contains(got, "no host is asked") {
		t.Error(got)
	}
}

func TestGoal(t *testing.T) {
	k, p := update(t)
	v := show(k, p)
	at(t, v, "machine cinnabar")
	viewtest.Do(v, "plan.leave")
	c := asked[view.Choose](t, viewtest.Do(v, "plan.goal"))
	if len(c.Items) != len(engine.Goals()) || !c.Items[0].Now || c.Items[1].Note == "" || c.Intent != action.GoalSet {
		t.Errorf("%+v", c)
	}
	m := asked[view.MakePlan](t, viewtest.Do(v, "plan.goal-set boot"))
	if m.Goal != engine.GoalBoot || slices.Contains(m.Machines, "cinnabar") || len(m.Machines) != len(p.Hosts)-1 || m.Back {
		t.Errorf("%+v", m)
	}
	for _, same := range []string{"plan.goal-set switch", "plan.goal-set nonsense"} {
		if got := viewtest.Do(v, same); got != nil {
			t.Errorf("%s: %+v", same, got)
		}
	}
	if m := asked[view.MakePlan](t, viewtest.Do(v, "refresh")); m.Goal != engine.GoalSwitch {
		t.Errorf("%+v", m)
	}
	k.Planning.Err = errors.New("no")
	if m := asked[view.MakePlan](t, viewtest.Do(v, "refresh")); m.Goal != engine.GoalSwitch {
		t.Errorf("%+v", m)
	}
	k.Planning.Err = fmt.Errorf("cinnabar: %w", context.Canceled)
	if got := v.Render(80, 20); !strings.Contains(got, "was stopped") || strings.Contains(got, "canceled") {
		t.Error(got)
	}
}

func TestLinks(t *testing.T) {
	k, p := update(t)
	v := show(k, p)
	at(t, v, "machine cinnabar")
	if g := asked[view.Go](t, viewtest.Do(v, "enter")); g.Link != (view.Link{Place: view.Machine, Name: "cinnabar"}) {
		t.Errorf("%+v", g)
	}
	if c := asked[view.Copy](t, viewtest.Do(v, "copy")); c.Text != "cinnabar" {
		t.Errorf("%+v", c)
	}
	at(t, v, "group 0 options 0")
	ch := p.Groups[0].Change.Options[0]
	g, e := asked[view.Go](t, viewtest.Do(v, "enter")), asked[view.Edit](t, viewtest.Do(v, "edit"))
	if got := fmt.Sprintf("%s:%d", g.Name, g.Line); g.Place != view.File || got != ch.At || e.At.File != g.Name || e.At.Line != g.Line {
		t.Errorf("%+v, %+v, want %s", g, e, ch.At)
	}
	at(t, v, "packages 0")
	if g := asked[view.Go](t, viewtest.Do(v, "enter")); g.Place != view.Layers || g.Name == "" {
		t.Errorf("%+v", g)
	}
}

// TestLargePlan opens groups that are not there as a whole at first.
func TestLargePlan(t *testing.T) {
	p := large(40, 1, 3)
	v := show(viewtest.Known(t), p)
	v.Render(80, 20)
	if n := strings.Count(v.tree.Text(), "x.y0"); n != groupsWhole {
		t.Errorf("%d groups are there", n)
	}
	at(t, v, "group 25")
	viewtest.Do(v, "tree.expand")
	v.Render(80, 20)
	if n := strings.Count(v.tree.Text(), "x.y0"); n != groupsWhole+1 {
		t.Errorf("%d groups are there", n)
	}
	viewtest.Do(v, "filter")
	viewtest.Type(v, "h0039")
	if got := v.Render(80, 20); !strings.Contains(got, "h0039") || strings.Contains(got, "h0038") {
		t.Error(got)
	}
	viewtest.Do(v, "typing.leave")
	c := asked[view.Copy](t, viewtest.Do(v, "copy.all"))
	if n := strings.Count(c.Text, "x.y0"); n != 40 {
		t.Errorf("%d groups are copied", n)
	}
}

// TestLongDiff opens a file's whole difference in the tree.
func TestLongDiff(t *testing.T) {
	k, p := update(t)
	var diff strings.Builder
	for n := range 200 {
		fmt.Fprintf(&diff, "+line %d\n", n)
	}
	i := slices.IndexFunc(p.Groups, func(g plan.Group) bool { return len(g.Change.Files) > 0 })
	p.Groups[i].Change.Files[0].Diff = diff.String()
	v := show(k, p)
	v.Render(80, 20)
	viewtest.Do(v, "tree.expand-all")
	at(t, v, "files 0 line 3")
	if got := viewtest.Do(v, "enter"); got != nil {
		t.Errorf("enter on a line asks for %+v", got)
	}
	at(t, v, "files 0 rest 119")
	if !strings.Contains(v.tree.Cursor().Line.Text(), "+line 199") {
		t.Error(v.tree.Cursor().Line.Text())
	}
	at(t, v, "files 0 rest")
	if !strings.Contains(v.tree.Cursor().Line.Text(), "120 more lines") {
		t.Error(v.tree.Cursor().Line.Text())
	}
	if c := asked[view.Copy](t, viewtest.Do(v, "copy")); c.Text != diff.String() {
		t.Errorf("%d bytes", len(c.Text))
	}
}

func TestBack(t *testing.T) {
	k, p := update(t)
	v := show(k, p)
	v.Render(80, 20)
	viewtest.Do(v, "filter")
	viewtest.Type(v, "stibnite")
	if got := viewtest.Do(v, "back"); got != nil || v.Input().Value() != "" {
		t.Errorf("%+v, %q", got, v.Input().Value())
	}
	asked[view.Leave](t, viewtest.Do(v, "back"))
	k.Planning = nil
	asked[view.Leave](t, viewtest.Do(v, "back"))
}

// TestHostile shows a plan whose texts want to take the terminal over, at
// every size, under every action.
func TestHostile(t *testing.T) {
	k, p := update(t)
	evil := "\x1b[2J\x1b]0;x\a\u202e\u200b\xff" + strings.Repeat("界", 3000) + "\n\r\t"
	for i := range p.Hosts {
		p.Hosts[i].Cause, p.Hosts[i].Hint, p.Hosts[i].Damaged = evil, evil, evil
	}
	for i := range p.Groups {
		c := &p.Groups[i].Change
		for j := range c.Options {
			c.Options[j].Old, c.Options[j].New, c.Options[j].Why = evil, evil+"x", evil
		}
		for j := range c.Files {
			c.Files[j].Path, c.Files[j].Diff = evil, evil
		}
		for j := range c.LeftOut {
			c.LeftOut[j].At = evil + ":5"
		}
	}
	p.Groups = append(p.Groups, plan.Group{Machines: []string{"nobody"}}, plan.Group{})
	v := show(k, p)
	random := rand.New(rand.NewPCG(3, 4))
	all := action.All()
	w, h := 80, 20
	for n := range 700 {
		in := action.Intent{ID: all[random.IntN(len(all))].ID}
		if in.ID == action.InputText {
			v.Input().SetValue(string(rune('a' + random.IntN(26))))
		}
		v.Disabled(in.ID)
		v.Do(in)
		if n%100 == 0 { // a width makes all items anew
			w = 1 + random.IntN(130)
		}
		h = 1 + random.IntN(50)
		v.Click(random.IntN(w), random.IntN(h))
		got := v.Render(w, h)
		lines := strings.Split(got, "\n")
		if len(lines) != h {
			t.Fatalf("%d lines at %dx%d", len(lines), w, h)
		}
		for _, l := range lines {
			if term.Width(l) != w || strings.ContainsAny(l, "\x1b\a\r\t") || strings.ContainsRune(l, '\u202e') {
				t.Fatalf("%q at %dx%d", l, w, h)
			}
		}
	}
}

// TestStable draws the same twice, and nothing anew for a host's answer.
func TestStable(t *testing.T) {
	k, p := update(t)
	v := show(k, p)
	first := v.Render(100, 30)
	root := v.tree.Cursor()
	k.Revision++
	k.Now = k.Now.Add(time.Second)
	if again := v.Render(100, 30); again != first || v.tree.Cursor() != root {
		t.Error("it was made anew")
	}
	if l := v.Link(); !reflect.DeepEqual(New(viewtest.Env(k), l).Link(), l) {
		t.Error("the link does not lead back")
	}
}

func BenchmarkRender(b *testing.B) {
	for _, c := range []struct{ hosts, together int }{{500, 1}, {500, 500}, {5000, 50}} {
		b.Run(fmt.Sprintf("%d hosts in groups of %d", c.hosts, c.together), func(b *testing.B) {
			v := show(viewtest.Known(b), large(c.hosts, c.together, 50))
			v.Render(160, 44)
			b.ReportAllocs()
			for b.Loop() {
				v.Render(160, 44)
			}
		})
	}
}

func BenchmarkMake(b *testing.B) {
	v := show(viewtest.Known(b), large(500, 1, 50))
	b.ReportAllocs()
	for b.Loop() {
		v.again()
		v.Render(160, 44)
	}
}

// TestASCII cuts an option's values for a terminal that has ASCII only.
func TestASCII(t *testing.T) {
	k, p := update(t)
	env := viewtest.Env(k)
	env.Style = style.New(style.Options{ASCII: true})
	b := builder{v: New(env, (&View{}).Link()), p: p}
	same := strings.Repeat("same ", 30)
	for _, ch := range []plan.OptionChange{
		{Op: plan.Changed, Old: same + "old" + same, New: same + "new" + same},
		{Op: plan.Added, New: same},
	} {
		if text, cut := b.value(&ch, 60, 10); !cut || !strings.Contains(text, "~") || strings.Contains(text, "…") {
			t.Errorf("%q", text)
		}
	}
}
