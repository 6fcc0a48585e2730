package overlay

import (
	"fmt"
	"slices"

	"assay/fleet"
)

// judge works out what entries of layers that are written in Nix mean to each
// other. Unlike in fleet.toml, which layers an entry's prev holds depends on
// how each is joined to the others.
type judge struct {
	stack  *Stack
	table  *table
	layers []WrittenLayer
}

// below returns the index of the entry that prev has of that name in the layer
// of e, or -1.
func (g *judge) below(es []Entry, e *Entry) int {
	sees := g.layers[e.Number-1].Sees
	for i := len(es) - 1; i >= 0; i-- {
		if es[i].Number < e.Number && slices.Contains(sees, es[i].Number-1) {
			return i
		}
	}
	return -1
}

// start works out from which channel each override of one name starts.
func (g *judge) start(es []Entry) {
	for i := range es {
		e := &es[i]
		if e.Kind != LayerOverrides {
			continue
		}
		below := g.below(es, e)
		if below >= 0 && e.Start.Prev {
			e.Below = es[below].Layer
		}
		switch {
		case e.Start.Unclear || len(e.Start.Channels) > 1 || e.Start.Prev && len(e.Start.Channels) > 0:
		case e.Start.Prev && below >= 0:
			e.Channel, e.Alias = es[below].Channel, es[below].Alias
		case e.Start.Prev:
			e.Channel = g.stack.def
		case len(e.Start.Channels) == 1:
			if c := g.stack.channel(e.Start.Channels[0], g.system()); c != nil {
				e.Channel, e.Alias = c.Name, otherAlias(*c)
			}
		}
	}
}

// system is any of the stack: its channels are of one system only.
func (g *judge) system() string {
	for _, c := range g.stack.fleet.Channels {
		for _, system := range c.Systems {
			return system
		}
	}
	return ""
}

// live works out which entries have an effect. What wins has one, and so has
// what it uses, directly or through others.
func (g *judge) live() {
	alive := map[*Entry]fleet.Truth{}
	for _, es := range g.table.entries {
		for i := range es {
			alive[&es[i]] = g.seen(es, i)
		}
	}
	for changed := true; changed; {
		changed = false
		for _, es := range g.table.entries {
			for i := range es {
				e := &es[i]
				if below := g.below(es, e); below >= 0 {
					changed = raise(alive, &es[below], alive[e].And(e.Start.BuildsOn())) || changed
				}
				for _, name := range e.Start.Others {
					if of := g.table.entries[name]; len(of) > 0 {
						if below := g.below(of, e); below >= 0 {
							changed = raise(alive, &of[below], alive[e]) || changed
						}
					}
				}
			}
		}
	}
	for _, es := range g.table.entries {
		for i := range es {
			e := &es[i]
			e.Dead = fleet.False
			if i < len(es)-1 {
				if es[i+1].Number == e.Number { // one file makes the set in two steps
					alive[e] = alive[e].Or(fleet.Unknown)
				}
				e.Shadowed, e.By, e.Dead = true, es[len(es)-1].Layer, alive[e].Not()
				e.Why = g.why(es, i)
			}
		}
	}
}

// raise makes an entry at least as alive as t.
func raise(alive map[*Entry]fleet.Truth, e *Entry, t fleet.Truth) bool {
	if t <= alive[e] {
		return false
	}
	alive[e] = t
	return true
}

// seen reports whether an entry is what the finished set has.
func (g *judge) seen(es []Entry, i int) fleet.Truth {
	for j := i + 1; j < len(es); j++ {
		if es[j].Condition == "" && g.layers[es[j].Number-1].Machines == nil {
			return fleet.False
		}
	}
	if i < len(es)-1 {
		return fleet.Unknown
	}
	return fleet.True
}

// why says in one phrase why a shadowed entry is dead, alive, or not known to
// be either.
func (g *judge) why(es []Entry, i int) string {
	e, winner := &es[i], &es[len(es)-1]
	sees := slices.Contains(g.layers[winner.Number-1].Sees, e.Number-1)
	switch {
	case e.Dead == fleet.False:
		return fmt.Sprintf("the layer %s wins; something that is used builds on it", winner.Layer)
	case e.Dead == fleet.Unknown && es[i+1].Number == e.Number:
		return "the same layer defines it again, at " + es[i+1].At.String() + ", perhaps from this one"
	case e.Dead == fleet.Unknown && winner.Condition != "":
		return fmt.Sprintf("the layer %s replaces it only if %s", winner.Layer, winner.Condition)
	case e.Dead == fleet.Unknown:
		return fmt.Sprintf("whether the layer %s uses it is unknown", winner.Layer)
	case !sees && winner.Start.Prev:
		return fmt.Sprintf("the layer %s does not see the layer %s: they are joined with //, and its prev is the set before both", winner.Layer, e.Layer)
	}
	return fmt.Sprintf("the layer %s replaces it without using it", winner.Layer)
}
