package planned

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

func TestApplyAsksFirst(t *testing.T) {
	k, p := update(t)
	v := show(k, p)
	at(t, v, "machine electrum")
	viewtest.Do(v, "plan.leave")
	c := asked[view.Confirm](t, viewtest.Do(v, "plan.apply"))
	if c.Yes != "Update 3 machines" || c.Title != "Update 3 of 7 machines?" || c.Word != "" || c.Intent.ID != action.Applied {
		t.Errorf("%+v", c)
	}
	want := `switch: run it now and at boot
cinnabar, rosegold, stibnite
1.3 MB in 6 objects to copy; plan ` + p.Without([]string{"electrum"}).ID + `, made 2m ago
✘ damaged, and to be repaired by this: stibnite
? what changes is not known: rosegold
? whether a reboot is needed afterwards is not known
- left out by you: electrum
✘ unreachable, not touched: argentum, scheelite
✘ error, not touched: galena
`
	if got := text(c.Lines); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if a := asked[view.Apply](t, v.Do(c.Intent)); !slices.Equal(a.Without, []string{"electrum"}) {
		t.Errorf("%+v", a)
	}
	// What was confirmed is not what is there any more.
	viewtest.Do(v, "plan.leave")
	if s := asked[view.Say](t, v.Do(c.Intent)); !strings.Contains(s.Text, "not applied") {
		t.Errorf("%+v", s)
	}
}

func TestRollbackIsCalledSo(t *testing.T) {
	k, p := rollback(t)
	v := show(k, p)
	c := asked[view.Confirm](t, viewtest.Do(v, "plan.apply"))
	got := text(c.Lines)
	if c.Yes != "Roll back 2 machines" || !strings.Contains(got, "cinnabar 4 -> 2, electrum 5 -> 3") || !strings.Contains(got, "60m old") && !strings.Contains(got, "1h old") {
		t.Errorf("%s\n%s", c.Yes, got)
	}
	if why := v.Disabled(action.Goal); why == "" {
		t.Error("a rollback has a goal to choose")
	}
}

func TestTyped(t *testing.T) {
	fleetOf := func(n int) (*known.Known, *View) {
		k := viewtest.Known(t)
		v := show(k, large(n, 1, 1))
		return k, v
	}
	for _, c := range []struct {
		name    string
		n       int
		change  func(*known.Known, *View)
		word    string
		because string
	}{
		{"few", 3, nil, "", ""},
		{"ten", 10, nil, "", ""},
		{"many", 11, nil, "11", "more than 10 machines"},
		{"many, but one left out", 11, func(_ *known.Known, v *View) { v.out["h0003"] = true }, "", ""},
		{"all", 3, func(k *known.Known, _ *View) { few(k, 3) }, "3", "all machines of the fleet"},
		{"the only one", 1, func(k *known.Known, _ *View) { few(k, 1) }, "", ""},
		{"protected", 1, func(k *known.Known, _ *View) {
			k.Fleet.Machines[0].Name, k.Fleet.Machines[0].Tags = "h0000", []string{"x", "prod"}
		}, "h0000", "h0000 has the tag prod"},
		{"build", 30, func(_ *known.Known, v *View) { v.env.Known.Planning.Plan.Goal = engine.GoalBuild }, "", ""},
	} {
		k, v := fleetOf(c.n)
		v.plan()
		if c.change != nil {
			c.change(k, v)
		}
		confirm := asked[view.Confirm](t, viewtest.Do(v, "plan.apply"))
		if confirm.Word != c.word || c.because != "" && !strings.Contains(text(confirm.Lines), c.because) {
			t.Errorf("%s: %q\n%s", c.name, confirm.Word, text(confirm.Lines))
		}
	}
}

// few leaves the fleet with so many machines, those of large.
func few(k *known.Known, n int) {
	k.Fleet.Machines = k.Fleet.Machines[:n]
	for i := range k.Fleet.Machines {
		k.Fleet.Machines[i].Name = fmt.Sprintf("h%04d", i)
	}
}
