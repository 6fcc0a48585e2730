package overlay

import (
	"cmp"
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
			e.Layer, e.Kind, e.Number = name, name, i+1
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
	s.lend(t)
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
			es = append(es, Entry{Package: aliasOf(c), Channel: c.Name, Alias: otherAlias(c), Systems: c.Systems, Input: c.Input, Note: noteOf(c.Comment, fleet.Hotfix{}), At: c.At})
		}
	case LayerHotfixes:
		for _, h := range o.Hotfixes {
			e := Entry{Package: h.Package, Systems: h.Systems, Reason: h.Reason, Note: noteOf(h.Comment, h), At: h.At}
			if c := s.channel(h.Channel, system); c != nil {
				e.Channel, e.Alias = c.Name, otherAlias(*c)
			}
			es = append(es, e)
		}
	case LayerPackages:
		for _, p := range s.packages {
			es = append(es, Entry{Package: p.Name, File: p.File, Pkgs: cmp.Or(p.Pkgs, PkgsMachine), At: fleet.Pos{File: p.File, Line: 1}})
		}
	case LayerOverrides:
		for _, v := range o.Overrides {
			es = append(es, Entry{Package: v.Package, Systems: v.Systems, File: v.File, Note: noteOf(v.Comment, fleet.Hotfix{}), At: v.At, Start: s.startOf(v)})
		}
	case LayerFlakeInputs:
		for _, f := range o.FlakeInputs {
			for _, p := range f.Provides {
				es = append(es, Entry{Package: p, Input: f.Input, Note: noteOf(f.Comment, fleet.Hotfix{}), At: f.At})
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

func orNixpkgs(channel string) string { return cmp.Or(channel, "nixpkgs") }

// bare reports whether a channel's packages are those of the default one: it
// is that, or it is that without patches.
func (s *Stack) bare(channel string) bool {
	for _, c := range s.fleet.Channels {
		if c.Name == channel {
			return c.Default || c.Patched != "" && c.Patched == s.def && len(c.Patches) == 0
		}
	}
	return false
}
