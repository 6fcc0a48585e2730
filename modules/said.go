package modules

import (
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// saidPaths are the options of hosts that are looked for while a flake is
// read; "*" stands for names that are chosen.
var saidPaths = []string{
	"nixpkgs.hostPlatform", "nixpkgs.system", "system.primaryUser", "users.users.*.isNormalUser", "home-manager.users.*",
	"clan.core.networking.targetHost", "clan.networking.targetHost", "deploy.targetHost",
	"deployment.targetHost", "deployment.targetUser", "deployment.targetPort",
	hostName, // addresses are often made of it
}

// want is a name of saidPaths with those below it.
type want struct {
	below map[string]*want
	leaf  bool
}

func wanted() *want {
	root := &want{}
	for _, path := range saidPaths {
		w := root
		for name := range strings.SplitSeq(path, ".") {
			if w.below == nil {
				w.below = map[string]*want{}
			}
			if w.below[name] == nil {
				w.below[name] = &want{}
			}
			w = w.below[name]
		}
		w.leaf = true
	}
	return root
}

// child is what is wanted below a name, nil for nothing.
func (w *want) child(name string) *want {
	if c := w.below[name]; c != nil {
		return c
	}
	return w.below["*"]
}

// saying is one definition of a wanted option, or of what is around some.
type saying struct {
	path      []string
	v         symbolic.Value // nil where nothing is known
	gap       bool           // the path ends above what is wanted: something there is not known
	at        fleet.Pos
	priority  int
	condition string
}

// sayings collects what the modules of one host say.
type sayings struct {
	t    *Tree
	host *Host
	key  string
	want *want
	made opened
	seen map[*Aspect]bool
	work int
	out  []saying
}

// opened are the modules of aspects that were opened before, by what their
// hosts give them.
type opened map[openedFor][]*Module

type openedFor struct {
	aspect  *Aspect
	special string
}

// said returns what a host's modules say of the wanted options. Modules from
// outside of the tree are not looked at.
func (t *Tree) said(h *Host, want *want, made opened) []saying {
	s := &sayings{t: t, host: h, key: h.SpecialKey(), want: want, seen: map[*Aspect]bool{}, made: made}
	s.module(t.OpenHost(h), "", 0)
	return s.out
}

func (s *sayings) module(m *Module, condition string, depth int) {
	if s.work++; depth > maxNesting || s.work > maxModules {
		s.gap(nil, m.At, condition)
		return
	}
	if m.Why != "" {
		s.gap(nil, m.At, condition)
	}
	for _, d := range m.Config {
		s.config(d.Value, s.want, saying{at: d.At.Pos(), priority: plainPriority, condition: condition}, 0)
	}
	for _, i := range m.Imports {
		when := both(condition, i.Condition)
		switch {
		case i.Module != nil:
			s.module(i.Module, when, depth+1)
		case i.Name != "":
			s.aspect(s.t.Aspect(fleet.Class(i.Class), i.Name), when, depth+1)
		case i.Foreign == "":
			s.gap(nil, i.At, when)
		}
	}
}

// aspect takes what an aspect says, once.
func (s *sayings) aspect(a *Aspect, condition string, depth int) {
	if a == nil || s.seen[a] {
		return
	}
	s.seen[a] = true
	key := openedFor{a, s.key}
	if _, ok := s.made[key]; !ok {
		for i := range a.Contributors {
			s.made[key] = append(s.made[key], s.open(a, i))
		}
	}
	for i, m := range s.made[key] {
		s.module(m, both(condition, a.Contributors[i].Condition), depth)
	}
}

// open opens one of the modules of an aspect, unless it was opened before and
// the host makes no difference.
func (s *sayings) open(a *Aspect, i int) *Module {
	s.t.begin()
	if before := s.t.general[a]; i < len(before) && before[i].suits(s.host.Special) {
		return before[i].module
	}
	c := &a.Contributors[i]
	return s.t.opener(c.value, Arguments{Special: s.host.Special, Class: c.class}).open(c.value)
}

// gap notes that something below a path is not known.
func (s *sayings) gap(path []string, at fleet.Pos, condition string) {
	s.out = append(s.out, saying{path: path, gap: true, at: at, condition: condition})
}

// config looks into a module's definitions at a path.
func (s *sayings) config(v symbolic.Value, w *want, so saying, depth int) {
	if s.work++; depth > maxNesting || s.work > maxModules {
		s.gap(so.path, so.at, so.condition)
		return
	}
	switch v := v.(type) {
	case *symbolic.Wrap:
		s.property(v, w, so, depth)
		return
	case *symbolic.Cond:
		_, then := v.Then.Force().(*symbolic.Attrs)
		_, els := v.Else.Force().(*symbolic.Attrs)
		if then || els {
			s.branches(v, w, so, depth)
			return
		}
	case *symbolic.Attrs:
		if !w.leaf || w.below != nil {
			s.attrs(v, w, so, depth)
			return
		}
	}
	if !w.leaf {
		s.gap(so.path, so.at, so.condition)
		return
	}
	so.v = v
	s.out = append(s.out, so)
}

func (s *sayings) branches(c *symbolic.Cond, w *want, so saying, depth int) {
	common, then, els := c.Split()
	if common != nil {
		s.config(common, w, so, depth+1)
	}
	yes, no := so, so
	yes.condition = both(so.condition, conditionText(c.If))
	no.condition = both(so.condition, not(conditionText(c.If)))
	s.config(then, w, yes, depth+1)
	s.config(els, w, no, depth+1)
}

// attrs looks for the wanted names of a set.
func (s *sayings) attrs(set *symbolic.Attrs, w *want, so saying, depth int) {
	for _, name := range set.Names() {
		next := w.child(name)
		if next == nil {
			continue
		}
		a := set.Attr(name)
		in := so
		in.path, in.at = append(so.path[:len(so.path):len(so.path)], name), a.At.Pos()
		if len(a.Maybe) > 0 {
			in.condition = both(in.condition, "nothing that is merged with // replaces it")
		}
		s.config(a.V.Force(), next, in, depth+1)
	}
	for _, v := range set.Rest {
		if c, ok := v.(*symbolic.Cond); ok {
			s.branches(c, w, so, depth)
			continue
		}
		s.gap(so.path, so.at, so.condition)
	}
}

func (s *sayings) property(p *symbolic.Wrap, w *want, so saying, depth int) {
	switch p.Kind {
	case symbolic.MkIf:
		c := p.If.Force()
		if b, ok := c.(symbolic.Bool); ok {
			if b.B {
				s.config(p.Body.Force(), w, so, depth+1)
			}
			return
		}
		so.condition = both(so.condition, conditionText(c))
	case symbolic.MkOverride:
		so.priority = p.N
	case symbolic.MkMerge:
		if l, ok := p.Body.Force().(*symbolic.List); ok {
			for _, item := range l.Items {
				if item.Rest {
					s.gap(so.path, so.at, so.condition)
					continue
				}
				s.config(item.V.Force(), w, so, depth+1)
			}
			return
		}
	}
	s.config(p.Body.Force(), w, so, depth+1)
}
