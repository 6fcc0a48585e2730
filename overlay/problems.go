package overlay

import (
	"fmt"
	"strings"

	"assay/fleet"
)

// problems checks the layers on every system of the fleet.
func (s *Stack) problems() []fleet.Problem {
	ps := s.hotfixProblems()
	ps = append(ps, s.deadProblems()...)
	ps = append(ps, s.lackProblems()...)
	ps = append(ps, s.twiceProblems()...)
	fleet.SortProblems(ps)
	return ps
}

// hotfixProblems: a hotfix's channel must exist where the hotfix applies, and
// should not be the default one.
func (s *Stack) hotfixProblems() []fleet.Problem {
	var ps []fleet.Problem
	for _, h := range s.fleet.Overlay.Hotfixes {
		var lacking, idle []string
		for _, system := range s.Systems() {
			if !fleet.MatchAny(h.Systems, system) {
				continue
			}
			switch c := s.channel(h.Channel, system); {
			case c == nil:
				lacking = append(lacking, system)
			case s.bare(c.Name) && s.table(system).entries[h.Package][0].Layer == LayerHotfixes:
				idle = append(idle, system)
			}
		}
		if len(lacking) > 0 {
			ps = append(ps, fleet.Problem{At: h.At, Severity: fleet.Error,
				Text: fmt.Sprintf("hotfix of %s: there is no channel %s on %s", h.Package, h.Channel, strings.Join(lacking, ", ")),
				Hint: "narrow the hotfix's systems, or widen the channel's"})
		}
		if len(idle) > 0 {
			ps = append(ps, fleet.Problem{At: h.At, Severity: fleet.Warning,
				Text: fmt.Sprintf("hotfix of %s: %s, so it changes nothing", h.Package, s.same(h.Channel))})
		}
	}
	return ps
}

// same says that a channel is the default one. A channel's name or alias is
// given.
func (s *Stack) same(channel string) string {
	for _, c := range s.fleet.Channels {
		if c.Default && (c.Name == channel || aliasOf(c) == channel) {
			return channel + " is the default channel"
		}
	}
	return channel + " is the default channel without a patch"
}

// deadProblems: one warning for each declaration that is dead on some system.
func (s *Stack) deadProblems() []fleet.Problem {
	type key struct {
		at         fleet.Pos
		layer, pkg string
	}
	places := map[key]int{}
	var all []declared
	for _, system := range s.Systems() {
		for _, l := range s.table(system).layers {
			for _, e := range l.Entries {
				k := key{e.At, e.Layer, e.Package}
				i, known := places[k]
				if !known {
					i, places[k] = len(all), len(all)
					all = append(all, declared{})
				}
				all[i].add(e, system)
			}
		}
	}
	var ps []fleet.Problem
	for _, d := range all {
		if len(d.dead) > 0 {
			ps = append(ps, fleet.Problem{At: d.entry.At, Severity: fleet.Warning, Hint: d.hint(),
				Text: fmt.Sprintf("%s in the layer %s is dead on %s: %s", d.entry.Package, d.entry.Layer, strings.Join(d.dead, ", "), d.entry.Why)})
		}
	}
	return ps
}

// declared is one declaration on all systems.
type declared struct {
	entry Entry    // on the first system where it is dead
	dead  []string // the systems where it is
	lives bool     // on another one, or perhaps
}

func (d *declared) add(e Entry, system string) {
	if e.Dead != fleet.True {
		d.lives = true
		return
	}
	if len(d.dead) == 0 {
		d.entry = e
	}
	d.dead = append(d.dead, system)
}

// hint says what can be done about a dead declaration.
func (d *declared) hint() string {
	hint := "delete the entry"
	switch narrow := d.entry.Layer == LayerHotfixes || d.entry.Layer == LayerOverrides; {
	case d.lives && narrow:
		hint = "narrow its systems"
	case !narrow:
		hint += ", or rename it"
	}
	if d.entry.saved {
		hint += fmt.Sprintf(`, or set composition = "compose" in [overlay]: the layer %s then builds on it`, d.entry.By)
	}
	return hint
}
