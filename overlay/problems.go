package overlay

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// problems checks the layers on every system of the fleet.
func (s *Stack) problems() []fleet.Problem {
	ps := s.hotfixProblems()
	ps = append(ps, s.deadProblems()...)
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
			case c.Default:
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
				Text: fmt.Sprintf("hotfix of %s: %s is the default channel, so it changes nothing", h.Package, h.Channel)})
		}
	}
	return ps
}

// deadProblems: one warning for each declaration that is dead on some system.
func (s *Stack) deadProblems() []fleet.Problem {
	type where struct {
		entry   Entry
		systems []string
	}
	var dead []where
	for _, system := range s.Systems() {
		for _, l := range s.table(system).layers {
			for _, e := range l.Entries {
				if e.Dead != fleet.True {
					continue
				}
				i := slices.IndexFunc(dead, func(w where) bool { return w.entry.At == e.At && w.entry.Package == e.Package })
				if i < 0 {
					dead = append(dead, where{entry: e})
					i = len(dead) - 1
				}
				dead[i].systems = append(dead[i].systems, system)
			}
		}
	}
	var ps []fleet.Problem
	for _, d := range dead {
		ps = append(ps, fleet.Problem{At: d.entry.At, Severity: fleet.Warning,
			Text: fmt.Sprintf("%s in the layer %s is dead on %s: %s", d.entry.Package, d.entry.Layer, strings.Join(d.systems, ", "), d.entry.Why)})
	}
	return ps
}
