package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// given is a definition as one scope meets it.
type given struct {
	*def
	aspect    string
	condition string
	lost      int    // the priority with which a set of chosen names around it lost, 0 if none did
	unsure    string // why it may be lost
}

// options takes what the definitions of all modules come to.
func (w *walker) options() {
	m := w.merging()
	w.scope.Options, w.scope.Packages, w.scope.Named, w.attached = m.options, m.packages, m.named, slices.Clone(m.attached)
	for i := range m.options {
		w.refuse(&m.options[i])
	}
}

func (w *walker) definitions() []given {
	n := 0
	for _, m := range w.met {
		n += len(w.defs(m.unit))
	}
	all := make([]given, 0, n)
	for _, m := range slices.Backward(w.met) {
		defs := w.defs(m.unit)
		for i := range defs {
			d := &defs[i]
			all = append(all, given{def: d, aspect: m.aspect, condition: both(m.condition, d.condition)})
		}
	}
	return all
}

// weigh finds the definitions that lose with a set of chosen names around
// them: environment.etc = mkForce { } drops what else is said of any file. A
// set that has lost with one around it does not count.
func weigh(all []given) {
	s := scale{sure: map[string]int{}, maybe: map[string]int{}}
	for level, found := 1, true; found; level++ {
		found = false
		for i := range all {
			g := &all[i]
			if !g.mark || len(g.bounds) != level {
				continue
			}
			found = true
			if lost, _ := s.loses(g.bounds[:level-1]); lost == 0 {
				s.add(g)
			}
		}
	}
	for i := range all {
		all[i].lost, all[i].unsure = s.loses(all[i].bounds)
	}
}

// scale is the lowest priority at every set of chosen names: of the
// definitions that surely apply, and of the others.
type scale struct{ sure, maybe map[string]int }

func (s scale) add(g *given) {
	b, into := g.bounds[len(g.bounds)-1], s.sure
	if g.condition != "" {
		into = s.maybe
	}
	if old, ok := into[b.path]; !ok || b.priority < old {
		into[b.path] = b.priority
	}
}

// loses returns the priority with which one of the bounds loses, or 0, and why
// one may lose.
func (s scale) loses(bounds []bound) (lost int, unsure string) {
	for _, b := range bounds {
		if best, ok := s.sure[b.path]; ok && b.priority > best {
			return b.priority, ""
		}
		if best, ok := s.maybe[b.path]; ok && b.priority > best {
			unsure = "a conditional definition of " + b.path + " may override it"
		}
	}
	return 0, unsure
}

func next(paths []string, i int) string {
	if i+1 < len(paths) {
		return paths[i+1]
	}
	return ""
}

// shadow makes an option unknown that a value which is not known may set too,
// or that has options below it although it is a value.
func shadow(path string, m Merged, opaque []given, following string) Merged {
	for _, g := range opaque {
		if g.path != path && (g.path == "" || strings.HasPrefix(path, g.path+".")) {
			return Merged{State: Open, Winner: -1, Reason: fmt.Sprintf("%s may set it too: %s", g.at, orElse(g.value.Why, g.value.Text))}
		}
	}
	if m.State != Invalid && strings.HasPrefix(following, path+".") {
		return Merged{State: Open, Winner: -1, Reason: "it is given a value, and " + following + " as well"}
	}
	return m
}

func merge(path string, given []given) Option {
	o := Option{Path: path, Definitions: make([]Definition, 0, len(given))}
	for _, g := range given {
		if g.typ != "" {
			o.Type = g.typ
		}
		o.Definitions = append(o.Definitions, g.definition())
	}
	o.Merged = mergeDefinitions(o.Type, given)
	return o
}

func (g *given) definition() Definition {
	d := Definition{Value: g.value, Priority: g.priority, Order: g.order, Condition: g.condition, Aspect: g.aspect, At: g.at}
	if g.lost != 0 {
		d.Priority = g.lost
		return d
	}
	for _, b := range g.bounds {
		if b.priority != plainPriority && g.priority == plainPriority {
			d.Priority = b.priority
		}
	}
	return d
}

// candidate is a definition that has a part in the merge.
type candidate struct {
	*given
	index int
}

// open is a merge whose result is not known.
func open(format string, args ...any) Merged {
	return Merged{State: Open, Winner: -1, Reason: fmt.Sprintf(format, args...)}
}

// mergeDefinitions merges as lib.mergeDefinitions does: the definitions with
// the lowest number of priority, in their order, by the rule of the type.
func mergeDefinitions(typ string, all []given) Merged {
	if m, ok := refused(typ, all); ok {
		return m
	}
	best, sure := lowest(all)
	var in []candidate
	for i := range all {
		g := &all[i]
		switch {
		case g.lost != 0 || g.priority > best:
			continue
		case g.opaque:
			return open("%s: %s", g.at, orElse(g.value.Why, "it is not known what it sets"))
		case g.broken != "":
			return open("%s: %s", g.at, g.broken)
		case g.condition != "":
			return open("%s: it depends on %s", g.at, g.condition)
		case g.unsure != "":
			return open("%s: %s", g.at, g.unsure)
		}
		in = append(in, candidate{g, i})
	}
	if !sure || len(in) == 0 {
		return open(overridden)
	}
	arrange(in)
	return mergeAs(typ, in)
}

// overridden is the reason of an option that has definitions and no value.
const overridden = "not set: every definition is overridden by one of a set around it"

// arrange brings definitions into the order in which they merge: at every set
// of chosen names around them, and at last at the option, by the places that
// mkOrder gives. The definitions of a submodule are modules of their own,
// which are once more taken in reverse.
func arrange(in []candidate) {
	for level := 0; ; level++ {
		at := func(c candidate) *bound {
			if level < len(c.bounds) {
				return &c.bounds[level]
			}
			return nil
		}
		if slices.ContainsFunc(in, func(c candidate) bool { return at(c) == nil }) {
			break
		}
		slices.SortStableFunc(in, func(a, b candidate) int { return cmp.Compare(at(a).order, at(b).order) })
		if at(in[0]).submodule {
			reverseGroups(in, func(c candidate) *occurrence { return at(c).of })
		}
	}
	slices.SortStableFunc(in, func(a, b candidate) int { return cmp.Compare(a.order, b.order) })
}

// reverseGroups reverses the order of neighbours that belong to different
// groups, and keeps it inside of a group.
func reverseGroups(in []candidate, group func(candidate) *occurrence) {
	slices.Reverse(in)
	for start := 0; start < len(in); {
		end := start + 1
		for end < len(in) && group(in[end]) == group(in[start]) {
			end++
		}
		slices.Reverse(in[start:end])
		start = end
	}
}

// lowest returns the lowest priority among the definitions that surely apply:
// what is above it cannot matter.
func lowest(all []given) (best int, sure bool) {
	best = 1 << 31
	for i := range all {
		g := &all[i]
		if g.lost == 0 && g.condition == "" && g.unsure == "" && g.priority <= best {
			best, sure = g.priority, true
		}
	}
	return best, sure || len(all) > 0
}

// packages are those that an option lists, of the options that install some.
func packages(o *Option, from []given) (out []Package) {
	if !packageList(o.Path) {
		return nil
	}
	best, _ := lowest(from)
	for _, g := range from {
		if g.lost != 0 || g.priority > best || g.condition != "" {
			continue
		}
		for _, e := range g.elems {
			if name := e.installs(); name != "" {
				out = append(out, Package{Name: name, Option: o.Path, Aspect: g.aspect, At: e.At})
			}
		}
	}
	return out
}

// packageList reports whether the option is one whose packages are installed.
func packageList(path string) bool {
	switch path {
	case "environment.systemPackages", "home.packages", "fonts.packages":
		return true
	}
	return strings.HasPrefix(path, "users.users.") && strings.HasSuffix(path, ".packages")
}

// namedPackages are those that the option of a program or service names, as far
// as it is known which: one, unless they are in conflict.
func namedPackages(path string, from []given) (out []Package) {
	if !strings.HasSuffix(path, ".package") || !strings.HasPrefix(path, "programs.") && !strings.HasPrefix(path, "services.") || strings.Count(path, ".") != 2 {
		return nil
	}
	best, _ := lowest(from)
	for _, g := range from {
		if name := g.value.installs(); name != "" && g.lost == 0 && g.priority <= best && g.condition == "" {
			out = append(out, Package{Name: name, Option: path, Aspect: g.aspect, At: g.at})
		}
	}
	return out
}
