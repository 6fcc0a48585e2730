package overlay

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"assay/fleet"
)

func (s *Stack) newTable(system string) *table {
	t := &table{entries: make(map[string][]Entry)}
	for i, name := range s.fleet.Overlay.Order {
		for _, e := range s.declared(name, system) {
			if !fleet.MatchAny(e.Systems, system) {
				continue
			}
			e.Layer, e.Number = name, i+1
			es := t.entries[e.Package]
			if n := len(es); n > 0 && es[n-1].Number == e.Number {
				es = es[:n-1] // one attribute set holds a name once
			}
			t.entries[e.Package] = append(es, e)
		}
	}
	for _, es := range t.entries {
		s.weigh(es, system)
	}
	t.collect(s.fleet.Overlay.Order)
	return t
}

// collect sorts the entries into layers.
func (t *table) collect(order []string) {
	t.layers = make([]Layer, len(order))
	for i, name := range order {
		t.layers[i] = Layer{Name: name, Number: i + 1, Entries: []Entry{}}
	}
	for _, pkg := range slices.Sorted(maps.Keys(t.entries)) {
		for _, e := range t.entries[pkg] {
			l := &t.layers[e.Number-1]
			l.Entries = append(l.Entries, e)
		}
	}
}

// declared returns what a layer declares, on a system where that matters for
// the channel.
func (s *Stack) declared(layer, system string) []Entry {
	o := &s.fleet.Overlay
	var es []Entry
	switch layer {
	case LayerInputs:
		for _, c := range s.fleet.Channels {
			es = append(es, Entry{Package: aliasOf(c), Channel: c.Name, Alias: otherAlias(c), Systems: c.Systems, Input: c.Input, At: c.At})
		}
	case LayerHotfixes:
		for _, h := range o.Hotfixes {
			e := Entry{Package: h.Package, Systems: h.Systems, Reason: h.Reason, At: h.At}
			if c := s.channel(h.Channel, system); c != nil {
				e.Channel, e.Alias = c.Name, otherAlias(*c)
			}
			es = append(es, e)
		}
	case LayerPackages:
		for _, p := range s.packages {
			es = append(es, Entry{Package: p.Name, File: p.File, At: fleet.Pos{File: p.File, Line: 1}})
		}
	case LayerOverrides:
		for _, v := range o.Overrides {
			es = append(es, Entry{Package: v.Package, Systems: v.Systems, File: v.File, At: v.At, start: s.startOf(v)})
		}
	case LayerFlakeInputs:
		for _, f := range o.FlakeInputs {
			for _, p := range f.Provides {
				es = append(es, Entry{Package: p, Input: f.Input, At: f.At})
			}
		}
	}
	return es
}

// aliasOf is a channel's name below pkgs.
func aliasOf(c fleet.Channel) string { return cmp.Or(c.As, c.Name) }

// otherAlias is a channel's alias where that is not its name.
func otherAlias(c fleet.Channel) string {
	if c.As == c.Name {
		return ""
	}
	return c.As
}

// channel returns the channel that an alias or a name means on a system; nil
// when there is none.
func (s *Stack) channel(name, system string) *fleet.Channel {
	byName := -1
	for i, c := range s.fleet.Channels {
		switch {
		case !fleet.MatchAny(c.Systems, system):
		case aliasOf(c) == name:
			return &s.fleet.Channels[i]
		case c.Name == name:
			byName = i
		}
	}
	if byName < 0 {
		return nil
	}
	return &s.fleet.Channels[byName]
}

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
	start := e.start
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
		return e.start.BuildsOn()
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

func orNixpkgs(channel string) string { return cmp.Or(channel, "nixpkgs") }
