package plan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"assay/fleet"
	"assay/fleet/engine"
)

// New plans an update. It keeps nothing of in.
func New(in Input) *Plan {
	p := &Plan{Version: Version, Kind: Update, Fleet: in.Fleet, Goal: in.Goal, Engine: in.Engine, At: in.At.UTC()}
	var f folder
	for i := range in.Hosts {
		h := &in.Hosts[i]
		e := updateEntry(in.Goal, h)
		if e.Status == StatusChange {
			f.add(e.Machine, difference(h.Current, &h.Wanted.Record, placesOf(h.Composition)))
		}
		p.Hosts = append(p.Hosts, e)
	}
	p.finish(&f)
	return p
}

// finish sorts the hosts, gives them their groups and the plan its id.
func (p *Plan) finish(f *folder) {
	slices.SortFunc(p.Hosts, func(a, b Entry) int { return cmp.Compare(a.Machine, b.Machine) })
	var index map[string]int
	p.Groups, index = f.groups()
	for i := range p.Hosts {
		e := &p.Hosts[i]
		e.Group = -1
		if g, ok := index[e.Machine]; ok {
			e.Group = g
		}
	}
	p.ID = p.sum()
}

func entryOf(m *fleet.Machine, facts *fleet.Facts) Entry {
	class := m.Class
	if class == "" {
		class = fleet.ClassOf(m.System)
	}
	return Entry{
		Machine: m.Name, System: m.System, Class: class, Group: -1,
		From: Side{Path: facts.Running, Profile: facts.Profile, Generation: facts.Generation},
	}
}

func updateEntry(goal engine.Goal, h *Host) Entry {
	e := entryOf(&h.Machine, &h.Facts)
	if err := wantedError(h); err != nil {
		e.fail(err.Error())
		return e
	}
	e.To = Side{Path: h.Wanted.Path}
	if goal == engine.GoalBuild {
		e.Status = StatusChange
		return e
	}
	if !e.answered(&h.Facts) {
		return e
	}
	if goal == engine.GoalBoot && e.Class == fleet.Darwin {
		e.fail("darwin has no goal boot")
		e.Hint = "use --goal switch"
		return e
	}
	if Reached(goal, e.To.Path, h.Facts.Running, h.Facts.Profile) {
		e.Status = StatusUnchanged
		return e
	}
	e.Status = StatusChange
	e.Copy = Amount{Objects: len(h.Missing), Bytes: engine.Size(h.Missing)}
	return e
}

func wantedError(h *Host) error {
	if h.WantedErr != nil {
		return h.WantedErr
	}
	if h.Wanted.Path == "" {
		return errors.New("the engine does not say what the machine should run")
	}
	return nil
}

// answered fills in what there is to say about a host that gives nothing to
// compare with, and reports whether it does.
func (e *Entry) answered(f *fleet.Facts) bool {
	switch {
	case f.Reach != fleet.Reachable:
		e.Status, e.Cause, e.Identity = StatusUnreachable, visible(f.Cause), f.Identity
		e.From = Side{}
		if e.Cause == "" {
			e.Cause = "it has not been asked"
		}
		return false
	case f.Running == "":
		e.fail("the host does not say which system it runs")
		e.Hint = "look at /run/current-system on the host"
		return false
	}
	return true
}

func (e *Entry) fail(cause string) { e.Status, e.Cause = StatusError, visible(cause) }

// Reached reports whether a host that runs and boots these systems is where
// the goal wants it with the system.
func Reached(goal engine.Goal, system, running, profile string) bool {
	switch goal {
	case engine.GoalBoot:
		return profile == system
	case engine.GoalTest, engine.GoalDryActivate:
		return running == system
	}
	return running == system && profile == system
}

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
	p := &Plan{Version: Version, Kind: Rollback, Fleet: in.Fleet, Goal: engine.GoalSwitch, Engine: in.Engine, At: in.At.UTC()}
	var f folder
	for i := range in.Hosts {
		h := &in.Hosts[i]
		e := backEntry(h)
		if e.Status == StatusChange {
			f.add(e.Machine, difference(h.Current, h.Record, placesOf(nil)))
		}
		p.Hosts = append(p.Hosts, e)
	}
	p.finish(&f)
	return p
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
