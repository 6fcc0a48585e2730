package plan

import (
	"errors"
	"fmt"
	"strings"

	"assay/fleet"
	"assay/fleet/engine"
)

// New plans an update. It keeps nothing of in.
func New(in Input) *Plan {
	b := NewBuilder(Update, in.Fleet, in.Goal, in.Engine, in.At)
	for i := range in.Hosts {
		b.Add(&in.Hosts[i])
	}
	return b.Plan()
}

func entryOf(m *fleet.Machine, facts *fleet.Facts) Entry {
	class := m.Class
	if class == "" {
		class = fleet.ClassOf(m.System)
	}
	return Entry{
		Machine: m.Name, System: m.System, Class: class, Group: -1, LeftOut: -1,
		From: Side{Path: facts.Running, Profile: facts.Profile, Generation: facts.Generation},
	}
}

func updateEntry(goal engine.Goal, h *Host) Entry {
	e := entryOf(&h.Machine, &h.Facts)
	if err := wantedError(h); err != nil {
		e.fail(err.Error())
		e.explain(err)
		return e
	}
	e.To = Side{Path: h.Wanted.Path, Derivation: h.Wanted.Derivation}
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
	e.AgeKey = h.AgeKey
	if h.Secrets != nil {
		e.undecryptable(h.Secrets)
		return e
	}
	e.Damaged = visible(h.Facts.Damaged)
	if Reached(goal, e.To.Path, h.Facts.Running, h.Facts.Profile) && !e.repairs(h) {
		e.Status = StatusUnchanged
		return e
	}
	e.Status = StatusChange
	e.Copy = Amount{Objects: len(h.Missing), Bytes: engine.Size(h.Missing)}
	return e
}

// repairs reports whether a host that is where the goal wants it has to go
// there once more, because what it has of the wanted system is damaged.
func (e *Entry) repairs(h *Host) bool {
	if len(h.Missing) > 0 {
		if e.Damaged == "" {
			e.Damaged = "files of the wanted system are missing on the host, altered, or not in their places"
		}
		return true
	}
	if e.AgeKey == AgeKeyDeliver && e.Damaged == "" {
		e.Damaged = lacksKey
	}
	return e.Damaged != "" && e.From.Path == e.To.Path && e.From.Profile == e.To.Path
}

func wantedError(h *Host) error {
	if h.WantedErr != nil {
		return h.WantedErr
	}
	if h.Wanted.Path == "" {
		return errors.New("the engine does not say what the machine should run")
	}
	if h.Closure.System != "" && h.Closure.System != h.Wanted.Path {
		return fmt.Errorf("the engine built %s instead of %s", h.Closure.System, h.Wanted.Path)
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
		e.fail(Silent(f))
		e.Hint = "look at /run/current-system on the host"
		return false
	}
	return true
}

// Silent says that the host does not name the system that it runs, and why
// where that is known.
func Silent(f *fleet.Facts) string {
	text := "the host does not say which system it runs"
	if f.Damaged != "" {
		text += ": " + f.Damaged
	}
	return text
}

func (e *Entry) fail(cause string) { e.Status, e.Cause = StatusError, visible(cause) }

// undecryptable refuses a system whose secrets the host could not decrypt.
func (e *Entry) undecryptable(err error) {
	cause, hint, _ := strings.Cut(err.Error(), "; hint: ")
	e.fail(cause)
	e.Hint = visible(hint)
}

// maxLog bounds the lines of what failed.
const maxLog = 20

// explain adds what an error has to show beside its line.
func (e *Entry) explain(err error) {
	more, ok := errors.AsType[engine.Explained](err)
	if !ok {
		return
	}
	log := more.Log()
	for _, line := range log[max(len(log)-maxLog, 0):] {
		e.Log = append(e.Log, visible(line))
	}
}

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
