package planned

import (
	"errors"
	"testing"

	"assay/fleet/engine"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

func TestGoldenUpdate(t *testing.T) {
	k, p := update(t)
	v := show(k, p)
	viewtest.Golden(t, "update", v)
	viewtest.Do(v, "move.down", "move.down", "plan.leave")
	viewtest.Golden(t, "left-out", v)
	viewtest.Do(v, "tree.expand-all", "move.bottom")
	viewtest.Golden(t, "bottom", v)
	viewtest.Do(v, "filter")
	viewtest.Type(v, "motd")
	viewtest.Golden(t, "filtered", v)
}

func TestGoldenRollback(t *testing.T) {
	k, p := rollback(t)
	v := show(k, p)
	viewtest.Golden(t, "rollback", v)
	at(t, v, "group 0 options")
	viewtest.Do(v, "tree.expand")
	viewtest.Golden(t, "options", v)
	at(t, v, "group 0 options 2")
	viewtest.Do(v, "tree.expand")
	viewtest.Golden(t, "values", v)
	at(t, v, "group 0 files 1")
	viewtest.Do(v, "enter")
	v.Render(80, 20)
	viewtest.Do(v, "move.half-down")
	viewtest.Golden(t, "file", v)
}

func TestGoldenNothing(t *testing.T) {
	k, p := nothing(t)
	viewtest.Golden(t, "nothing", show(k, p))
}

func TestGoldenWithout(t *testing.T) {
	k := viewtest.Known(t)
	v := New(viewtest.Env(k), view.Link{Place: view.Plan})
	viewtest.Golden(t, "none", v)
	k.Planning = &known.Planning{Machines: []string{"cinnabar", "electrum", "galena"}, Goal: engine.GoalSwitch, Busy: true, Done: 1, Total: 3}
	viewtest.Golden(t, "making", v)
	k.Planning.Busy, k.Planning.Err = false, errors.New("galena: modules/aspects/base.nix:3: the option services.x is defined twice, as a string and as a list; hint: assay check\nelectrum: interrupted")
	viewtest.Golden(t, "failed", v)
}
