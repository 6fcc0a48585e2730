package overlay

import (
	"fmt"
	"strings"

	"assay/fleet"
)

// lackProblems: a hotfix's channel must have the package. Only a channel whose
// index is known can be said not to have it.
func (s *Stack) lackProblems() []fleet.Problem {
	var ps []fleet.Problem
	for _, h := range s.fleet.Overlay.Hotfixes {
		var lacking []string
		var from *fleet.Channel
		nowhere := true
		for _, system := range s.Systems() {
			c := s.channel(h.Channel, system)
			if c == nil || !fleet.MatchAny(h.Systems, system) || s.version(c.Name, h.Package, system).Note != absent {
				continue
			}
			lacking, from = append(lacking, system), c
			for _, v := range s.versions(h.Package, system) {
				nowhere = nowhere && v.Note == absent
			}
		}
		if len(lacking) == 0 {
			continue
		}
		text := fmt.Sprintf("the list of the channel %s at %s does not have it on %s", from.Name, from.At, strings.Join(lacking, ", "))
		if nowhere {
			text = fmt.Sprintf("no channel's list has it on %s, neither has that of %s at %s", strings.Join(lacking, ", "), from.Name, from.At)
		}
		ps = append(ps, fleet.Problem{At: h.At, Severity: fleet.Error, Text: "hotfix of " + h.Package + ": " + text, Hint: s.alike(h, lacking[0])})
	}
	return ps
}

// alike is the hint that suggests a package of the hotfix's channel, or what to
// do where only the list is wrong.
func (s *Stack) alike(h fleet.Hotfix, system string) string {
	x, _ := s.index(s.channel(h.Channel, system).Name, system)
	if near := fleet.Nearest(h.Package, x.Names()); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "assay channels --index CHANNEL lists all names of packages, of which nix-env gives one each"
}

// twiceProblems: an entry lives in fleet.toml or in a Nix file, not in both.
func (s *Stack) twiceProblems() []fleet.Problem {
	var ps []fleet.Problem
	check := func(pkg, what string, systems []string, at fleet.Pos) {
		for _, d := range s.elsewhere {
			if both := s.both(systems, d.Systems); d.Package == pkg && len(both) > 0 {
				ps = append(ps, fleet.Problem{At: at, Severity: fleet.Error,
					Text: fmt.Sprintf("%s of %s: an overlay at %s defines it too, on %s", what, pkg, d.At, strings.Join(both, ", ")),
					Hint: "keep it in one of the two files"})
			}
		}
	}
	o := &s.fleet.Overlay
	for _, h := range o.Hotfixes {
		check(h.Package, "hotfix", h.Systems, h.At)
	}
	for _, v := range o.Overrides {
		check(v.Package, "override", v.Systems, v.At)
	}
	for _, f := range o.FlakeInputs {
		for _, p := range f.Provides {
			check(p, "overlay of flake input "+f.Input, nil, f.At)
		}
	}
	return ps
}

// both are the fleet's systems that both lists of globs mean.
func (s *Stack) both(a, b []string) []string {
	var systems []string
	for _, system := range s.Systems() {
		if fleet.MatchAny(a, system) && fleet.MatchAny(b, system) {
			systems = append(systems, system)
		}
	}
	return systems
}
