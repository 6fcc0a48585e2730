package plan

import (
	"errors"
	"fmt"

	"assay/fleet"
	"assay/fleet/engine"
)

// Former chooses the generation that a rollback goes to: generation number
// to, or with 0 the newest one that is older than the running one and another
// system, so that a repeated update does not hide the way back.
func Former(f fleet.Facts, to int) (fleet.Generation, error) {
	if to != 0 {
		for _, g := range f.Generations {
			if g.Number == to {
				return g, nil
			}
		}
		return fleet.Generation{}, fmt.Errorf("%s has no generation %d", f.Machine, to)
	}
	current := runningGeneration(&f)
	if current == 0 {
		return fleet.Generation{}, fmt.Errorf("%s runs a system that is none of its generations; hint: name one with --to", f.Machine)
	}
	var best fleet.Generation
	for _, g := range f.Generations {
		if g.Number < current && g.Number > best.Number && g.Path != f.Running {
			best = g
		}
	}
	if best.Number == 0 {
		return best, fmt.Errorf("%s has no generation older than %d", f.Machine, current)
	}
	return best, nil
}

// runningGeneration is the number of the running system's generation, 0 when
// it has none.
func runningGeneration(f *fleet.Facts) int {
	if f.Running == "" {
		return 0
	}
	if f.Profile == f.Running && f.Generation != 0 {
		return f.Generation
	}
	n := 0
	for _, g := range f.Generations {
		if g.Path == f.Running {
			n = max(n, g.Number)
		}
	}
	return n
}

// Back plans a rollback: every host switches to the generation that it is
// given. It keeps nothing of in.
func Back(in BackInput) *Plan {
	b := NewBuilder(Rollback, in.Fleet, engine.GoalSwitch, in.Engine, in.At)
	for i := range in.Hosts {
		b.AddBack(&in.Hosts[i])
	}
	return b.Plan()
}

func backEntry(h *BackHost) Entry {
	e := entryOf(&h.Machine, &h.Facts)
	if !e.answered(&h.Facts) {
		return e
	}
	err := h.FormerErr
	if err == nil && (h.Former.Number == 0 || h.Former.Path == "") {
		err = errors.New("no generation to return to")
	}
	if err != nil {
		e.fail(err.Error())
		return e
	}
	e.To = Side{Path: h.Former.Path, Generation: h.Former.Number}
	e.Status = StatusChange
	if Reached(engine.GoalSwitch, e.To.Path, h.Facts.Running, h.Facts.Profile) && h.Facts.Generation == h.Former.Number {
		e.Status = StatusUnchanged
	}
	return e
}
