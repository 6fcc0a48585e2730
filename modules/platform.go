package modules

import (
	"assay/fleet"
	"assay/modules/symbolic"
)

// platforms are the systems that modules say a machine has, by priority.
type platforms struct {
	t     *Tree
	found fleet.Named
	prio  int
	clash bool
	seen  map[*Aspect]bool
	work  int
	made  opened
}

// opened are the modules of aspects that were opened before.
type opened map[*Aspect][]*Module

// platform returns the system that a host's modules say it has, "" where they
// do not say it in plain text or do not agree.
func (t *Tree) platform(h *Host, made opened) (string, fleet.Pos) {
	p := &platforms{t: t, seen: map[*Aspect]bool{}, made: made}
	p.module(t.OpenHost(h), 0)
	if p.clash {
		return "", fleet.Pos{}
	}
	return p.found.Name, p.found.At
}

func (p *platforms) module(m *Module, depth int) {
	if p.work++; depth > maxNesting || p.work > maxModules {
		return
	}
	for _, d := range m.Config {
		p.config(d.Value, 0)
	}
	for _, i := range m.Imports {
		switch {
		case i.Condition != "":
		case i.Module != nil:
			p.module(i.Module, depth+1)
		case i.Name != "":
			p.aspect(p.t.Aspect(fleet.Class(i.Class), i.Name), depth+1)
		}
	}
}

// aspect takes what an aspect says, once.
func (p *platforms) aspect(a *Aspect, depth int) {
	if a == nil || p.seen[a] {
		return
	}
	p.seen[a] = true
	if _, ok := p.made[a]; !ok {
		for i := range a.Contributors {
			if c := &a.Contributors[i]; c.Condition == "" {
				p.t.begin()
				p.made[a] = append(p.made[a], p.t.openContributor(c, ""))
			}
		}
	}
	for _, m := range p.made[a] {
		p.module(m, depth)
	}
}

// config looks for nixpkgs.hostPlatform in a module's definitions.
func (p *platforms) config(v symbolic.Value, depth int) {
	if p.work++; depth > 8 || p.work > maxModules {
		return
	}
	switch v := v.(type) {
	case *symbolic.Attrs:
		if a := v.Attr("nixpkgs"); a != nil && len(a.Maybe) == 0 {
			if set, ok := a.V.Force().(*symbolic.Attrs); ok {
				p.nixpkgs(set)
			}
		}
	case *symbolic.Wrap:
		if v.Kind != symbolic.MkMerge {
			return
		}
		if l, ok := v.Body.Force().(*symbolic.List); ok {
			for _, item := range l.Items {
				if !item.Rest {
					p.config(item.V.Force(), depth+1)
				}
			}
		}
	}
}

func (p *platforms) nixpkgs(set *symbolic.Attrs) {
	for _, name := range []string{"hostPlatform", "system"} {
		if a := set.Attr(name); a != nil && len(a.Maybe) == 0 {
			p.say(a.V.Force(), a.At.Pos(), plainPriority)
		}
	}
}

// say takes one definition of the platform.
func (p *platforms) say(v symbolic.Value, at fleet.Pos, priority int) {
	switch v := v.(type) {
	case *symbolic.Wrap:
		if v.Kind == symbolic.MkOverride {
			p.say(v.Body.Force(), at, v.N)
		}
	case *symbolic.Attrs:
		if a := v.Attr("system"); a != nil && len(a.Maybe) == 0 {
			p.say(a.V.Force(), at, priority)
		}
	case *symbolic.String:
		text, ok := v.Text()
		switch {
		case !ok || p.prio != 0 && priority > p.prio:
		case p.prio == 0 || priority < p.prio:
			p.found, p.prio, p.clash = fleet.Named{Name: text, At: at}, priority, false
		case text != p.found.Name:
			p.clash = true
		}
	}
}
