package overlay

import (
	"fmt"

	"assay/fleet"
)

// weigh works out what the entries of one name, first layer first, mean to
// each other: from which channel each override starts, and which are dead.
func (s *Stack) weigh(es []Entry, system string) {
	for i := range es {
		if es[i].Layer != LayerOverrides {
			continue
		}
		es[i].Channel, es[i].Alias = s.startChannel(es[:i], &es[i], system)
	}
	winner := &es[len(es)-1]
	winner.Dead = fleet.False
	alive, composed := fleet.True, fleet.True
	for i := len(es) - 2; i >= 0; i-- {
		e, next := &es[i], &es[i+1]
		alive, composed = alive.And(s.buildsOn(next)), composed.And(next.uses())
		e.Shadowed, e.By, e.Dead = true, winner.Layer, alive.Not()
		e.saved = e.Dead == fleet.True && composed == fleet.True
		e.Why = s.why(e, es[i+1:])
		if i == 0 && e.idle(s) {
			e.Dead, e.saved = fleet.True, false
			e.Why = "it takes what the default channel has: without it the package is the same"
		}
	}
}

// idle reports whether an entry that lies on no other one takes what is there
// without it.
func (e *Entry) idle(s *Stack) bool { return e.Layer == LayerHotfixes && s.bare(e.Channel) }

// lend keeps alive what an override of another package takes from prev.
func (s *Stack) lend(t *table) {
	if s.Composition() != "compose" {
		return
	}
	for _, es := range t.entries {
		for i := range es {
			if o := &es[i]; o.Layer == LayerOverrides {
				for _, name := range o.Start.Others {
					s.borrowed(t.entries[name], o)
				}
			}
		}
	}
}

// borrowed: an override uses what prev holds of another name, which is the
// last of its entries below the override's layer.
func (s *Stack) borrowed(es []Entry, by *Entry) {
	used := by.Dead.Not()
	for i := len(es) - 1; i >= 0; i-- {
		e := &es[i]
		if e.Number >= by.Number {
			continue
		}
		if dead := e.Dead.And(used.Not()); e.Shadowed && dead != e.Dead && !(i == 0 && e.idle(s)) {
			e.Dead, e.saved = dead, false
			e.Why = fmt.Sprintf("the override %s of %s uses it", by.File, by.Package)
			if dead == fleet.Unknown {
				e.Why += "; whether that is used itself is unknown"
			}
		}
		used = used.And(s.buildsOn(e))
	}
}

// startOf is what an override starts from.
func (s *Stack) startOf(o fleet.Override) Start {
	if start, ok := s.starts[OverrideFile{o.Package, o.File}]; ok {
		return start
	}
	return Start{Unclear: true}
}

// startChannel is the channel, and its alias, whose package an override
// changes; "" when it brings its own package, and when that is not clear. The
// entries before it are below.
func (s *Stack) startChannel(below []Entry, e *Entry, system string) (name, alias string) {
	start := e.Start
	switch {
	case start.Unclear || len(start.Channels) > 1 || start.Prev && len(start.Channels) > 0:
		return "", ""
	case start.Prev && len(below) > 0 && s.Composition() == "compose":
		return below[len(below)-1].Channel, below[len(below)-1].Alias
	case start.Prev:
		return s.def, ""
	case len(start.Channels) == 1:
		if c := s.channel(start.Channels[0], system); c != nil {
			return c.Name, otherAlias(*c)
		}
	}
	return "", ""
}

// buildsOn reports whether an entry uses the package that the layers before
// it define.
func (s *Stack) buildsOn(e *Entry) fleet.Truth {
	if s.Composition() != "compose" {
		return fleet.False
	}
	return e.uses()
}

// uses reports whether an entry uses what prev holds of its name.
func (e *Entry) uses() fleet.Truth {
	switch e.Layer {
	case LayerOverrides:
		return e.Start.BuildsOn()
	case LayerFlakeInputs:
		return fleet.Unknown
	}
	return fleet.False
}

// why says in one phrase why a shadowed entry is dead, alive, or not known to
// be either. The entries above it come with the next one first.
func (s *Stack) why(e *Entry, above []Entry) string {
	next, winner := &above[0], &above[len(above)-1]
	switch {
	case e.Dead == fleet.True && s.Composition() != "compose":
		return fmt.Sprintf("with composition merge the layer %s sees the bare channel %s, not the layer %s", winner.Layer, orNixpkgs(s.def), e.Layer)
	case e.Dead == fleet.True && s.buildsOn(next) == fleet.False:
		return fmt.Sprintf("the layer %s replaces it without using it", next.Layer)
	case e.Dead == fleet.True:
		return fmt.Sprintf("the layer %s uses it, but is itself replaced by the layer %s", next.Layer, winner.Layer)
	case e.Dead == fleet.Unknown:
		return s.unsettled(above)
	}
	return fmt.Sprintf("the layer %s builds on it", next.Layer)
}

// unsettled says which entry's use of those before it is not known.
func (s *Stack) unsettled(above []Entry) string {
	for i := range above {
		switch e := &above[i]; {
		case s.buildsOn(e) != fleet.Unknown:
		case e.Layer == LayerOverrides:
			return fmt.Sprintf("whether the override %s uses it is unknown", e.File)
		default:
			return fmt.Sprintf("whether the overlay of flake input %s uses it is unknown", e.Input)
		}
	}
	return ""
}
