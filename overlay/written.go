package overlay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// The kinds that only entries of Nix files have, besides the layers' names.
const (
	KindValue   = "value"   // no package: a function, a set, text
	KindUnknown = "unknown" // Entry.Why says why
)

// Open is a place in a layer that may define names which only Nix knows.
type Open struct {
	Input string    `json:"input,omitempty"` // the flake input whose overlay it is
	Why   string    `json:"why"`
	At    fleet.Pos `json:"at"`
}

// Written are the overlays of one machine as its Nix files have them.
type Written struct {
	Machine, System string
	Channels        []fleet.Channel // the package sets that layers put below pkgs
	Default         string          // the input that the machine's packages come from; "" where that is not known
	Layers          []WrittenLayer  // first to last
	// Overlays are what Nix knows of the layers: the functions of the machine's
	// list, first to last. Nil where it is not known which there are.
	Overlays []WrittenOverlay
}

// WrittenOverlay is one function of a machine's list of overlays.
type WrittenOverlay struct {
	// Exported are the names of the flake's own overlays that it composes, first to
	// last, where it is surely these and nothing else.
	Exported []string
	Layers   []int // that were read in it, counted from 0
}

// WrittenLayer is a layer of Nix files: what one file gives to one overlay.
// Its Number and what the entries say of each other is still to be worked out.
type WrittenLayer struct {
	Layer
	Sees []int // the layers, counted from 0, that its prev holds; it comes after them
}

// ResolveWritten works out the layers of machines whose overlays are written
// in Nix. Layers(system) and Which answer for all machines of the system
// together, and name the machines of layers that not all have; On answers for
// one machine. Problems are entries without effect.
func ResolveWritten(f *fleet.Fleet, machines []Written) (*Stack, []fleet.Problem) {
	s := &Stack{fleet: f, systems: map[string]*table{}, on: map[string]*Stack{}}
	bySystem := map[string][]*Written{}
	var systems []string
	for i := range machines {
		w := &machines[i]
		if bySystem[w.System] == nil {
			systems = append(systems, w.System)
		}
		bySystem[w.System] = append(bySystem[w.System], w)
		s.on[w.Machine] = writtenStack(f, w)
	}
	all := *f
	all.Channels = nil
	for _, system := range systems {
		u := union(bySystem[system])
		one := writtenStack(f, &u)
		s.systems[system], s.def, s.composition = one.systems[system], cmp.Or(s.def, one.def), mixed(s.composition, one.composition)
		all.Channels = append(all.Channels, u.Channels...)
	}
	s.fleet = &all
	return s, s.deadProblems()
}

func mixed(a, b string) string {
	if a == "" || a == b {
		return b
	}
	return "mixed"
}

// writtenStack is the stack of one machine.
func writtenStack(f *fleet.Fleet, w *Written) *Stack {
	own := *f
	own.Channels = w.Channels
	s := &Stack{fleet: &own, def: w.Default, systems: map[string]*table{}, composition: compositionOf(w.Layers), overlays: w.Overlays}
	t := &table{entries: map[string][]Entry{}, written: true}
	for i := range w.Layers {
		l := w.Layers[i].Layer
		l.Number = i + 1
		l.Entries = slices.Clone(l.Entries)
		for j := range l.Entries {
			e := &l.Entries[j]
			e.Layer, e.Number = l.Name, l.Number
			t.entries[e.Package] = append(t.entries[e.Package], *e)
		}
		t.layers = append(t.layers, l)
	}
	g := &judge{stack: s, table: t, layers: w.Layers}
	for _, es := range t.entries {
		g.start(es)
	}
	g.live()
	t.refill()
	s.systems[w.System] = t
	return s
}

// refill puts the entries, as they are now, into the layers.
func (t *table) refill() {
	next := map[string]int{}
	for i := range t.layers {
		for j := range t.layers[i].Entries {
			name := t.layers[i].Entries[j].Package
			t.layers[i].Entries[j] = t.entries[name][next[name]]
			next[name]++
		}
		slices.SortStableFunc(t.layers[i].Entries, func(a, b Entry) int { return strings.Compare(a.Package, b.Package) })
	}
}

// compositionOf is "compose" where every layer sees all before it, "merge"
// where none sees another, else "mixed".
func compositionOf(layers []WrittenLayer) string {
	all, none := true, true
	for i := range layers {
		all, none = all && len(layers[i].Sees) == i, none && len(layers[i].Sees) == 0
	}
	switch {
	case all:
		return "compose"
	case none:
		return "merge"
	}
	return "mixed"
}

// union is the layers of several machines of one system. Where they differ, a
// layer comes behind the one that it follows on its machine.
func union(machines []*Written) Written {
	out := Written{System: machines[0].System, Default: machines[0].Default, Channels: slices.Clone(machines[0].Channels)}
	type identity struct {
		name string
		at   fleet.Pos
	}
	var order []identity
	layers, on, sees := map[identity]Layer{}, map[identity][]string{}, map[identity][]identity{}
	for _, w := range machines {
		ids := make([]identity, len(w.Layers))
		at := 0
		for i := range w.Layers {
			id := identity{w.Layers[i].Name, w.Layers[i].At}
			ids[i] = id
			on[id] = append(on[id], w.Machine)
			if known := slices.Index(order, id); known >= 0 {
				at = max(at, known+1)
				continue
			}
			layers[id] = w.Layers[i].Layer
			for _, n := range w.Layers[i].Sees {
				sees[id] = append(sees[id], ids[n])
			}
			order = slices.Insert(order, at, id)
			at++
		}
		for _, c := range w.Channels {
			if !slices.ContainsFunc(out.Channels, func(o fleet.Channel) bool { return o.As == c.As && o.Name == c.Name }) {
				out.Channels = append(out.Channels, c)
			}
		}
	}
	for i, id := range order {
		l := WrittenLayer{Layer: layers[id]}
		if len(on[id]) < len(machines) {
			l.Machines = on[id]
		}
		for _, other := range sees[id] {
			if n := slices.Index(order, other); n < i {
				l.Sees = append(l.Sees, n)
			}
		}
		out.Layers = append(out.Layers, l)
	}
	return out
}

// On returns the layers of one machine, where they are written in Nix; else
// the stack itself, which is the same for all machines of a system.
func (s *Stack) On(machine string) *Stack {
	if one := s.on[machine]; one != nil {
		return one
	}
	return s
}

// Overlays are the functions that the machine's layers are for Nix; nil where
// they are not known, or the layers are not written in Nix.
func (s *Stack) Overlays() []WrittenOverlay { return s.overlays }

// whichWritten is Which for layers that are written in Nix.
func (s *Stack) whichWritten(t *table, a Answer) Answer {
	es := t.find(a.Package)
	if len(es) == 0 {
		a.Channel = s.def
		version := s.version(s.def, a.Package, a.System)
		a.Version, a.Reason = version.Version, fmt.Sprintf("not overlaid; comes from %s%s", orNixpkgs(s.def), version.having())
		a.Reason += unless(t.layers, 0)
		return a
	}
	last := len(es) - 1
	w := &es[last]
	a.Layer, a.Kind, a.Number, a.Channel, a.Alias, a.File, a.At = w.Layer, w.Kind, w.Number, w.Channel, w.Alias, w.File, w.At
	a.Pkgs, a.Note, a.Of = w.Pkgs, w.Note, w.Of
	a.Shadowed = append(a.Shadowed, es[:last]...)
	a.Reason = sentence(w)
	if w.Kind == LayerHotfixes && w.Package == a.Package {
		a.Version = s.version(w.Channel, cmp.Or(w.Of, a.Package), a.System).Version
	}
	if w.Package != a.Package {
		a.Set = w.Package
		a.Reason = fmt.Sprintf("the whole set %s is replaced: %s; whether it has the package is unknown", w.Package, a.Reason)
		if w.Kind == LayerInputs {
			version := s.version(w.Channel, a.Package[len(w.Package)+1:], a.System)
			a.Version, a.Reason = version.Version, fmt.Sprintf("taken from %s%s", sentence(w), version.having())
		}
	}
	if w.Condition != "" {
		a.Reason += "; only if " + w.Condition
	}
	if on := t.layers[w.Number-1].Machines; on != nil {
		a.Reason += "; on " + strings.Join(on, ", ") + " only"
	}
	a.Reason += unless(t.layers, w.Number)
	return a
}

// unless names the later overlays that may define any name.
func unless(layers []Layer, from int) string {
	var open []string
	for _, l := range layers[from:] {
		for _, o := range l.Open {
			what := "an overlay at " + o.At.String()
			if o.Input != "" {
				what = "the overlay of flake input " + o.Input
			}
			if !slices.Contains(open, what) {
				open = append(open, what)
			}
		}
	}
	if len(open) == 0 {
		return ""
	}
	return "; unless " + strings.Join(open, ", or ") + " defines it too, which only Nix knows"
}

// sentence says in one phrase what an entry does.
func sentence(e *Entry) string {
	switch e.Kind {
	case LayerInputs:
		return "the channel " + named(e)
	case LayerHotfixes:
		if e.Channel == "" {
			return "a hotfix from a channel that this system does not have"
		}
		return fmt.Sprintf("a hotfix takes it from %s: %s", named(e), orUnsaid(reasonOf(e)))
	case LayerPackages:
		if e.Pkgs == PkgsPerSystem {
			return "the fleet's own package, built with perSystem's package set, which has neither the machine's overlays nor its nixpkgs.config"
		}
		return "the fleet's own package"
	case LayerOverrides:
		switch {
		case e.Start.Prev && e.Below != "":
			return "an override changes what the layer " + e.Below + " defines"
		case e.Start.Prev || len(e.Start.Channels) == 1:
			return "an override changes the package of " + orNixpkgs(named(e))
		case len(e.Start.Others) == 1:
			return "made of " + e.Start.Others[0]
		}
		return "an override; what it starts from is unknown"
	case LayerFlakeInputs:
		return "taken from flake input " + e.Input
	case KindValue:
		return "no package, but a value that the overlay defines"
	}
	return "what it is is unknown: " + e.Text
}

func reasonOf(e *Entry) string {
	if e.Note != nil {
		return cmp.Or(e.Reason, e.Note.Reason)
	}
	return e.Reason
}

// Starts says what an override changes: the layer's package that it builds on,
// a channel's, or one of another name.
func (e *Entry) Starts() string {
	switch {
	case e.Below != "":
		return "what the layer " + e.Below + " defines"
	case e.Start.Prev || len(e.Start.Channels) == 1:
		return orNixpkgs(named(e))
	case len(e.Start.Others) > 0:
		return strings.Join(e.Start.Others, ", ")
	}
	return "what it starts from is unknown"
}
