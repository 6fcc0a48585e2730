package compose

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules"
)

// walker follows imports breadth first, as lib.evalModules does, and collects
// the modules that apply.
type walker struct {
	tree     *modules.Tree
	root     *entry
	scope    *Scope
	system   string
	queue    []item
	seen     map[string][]Step // aspects that were reached, and the way
	keys     map[string]bool   // modules with a key of their own apply once
	met      []applied
	attached []attached    // modules for homes
	owner    *modules.Host // whose modules get further arguments
	special  string        // the host's SpecialKey
	only     *wanted       // of the options; nil all
	lenient  bool          // the machine is the flake's own: what is odd there may have a reason
	faults   []Problem
	files    []Problem // of whole files, whichever scope has them
}

// item is a module in the queue. An aspect takes four levels of imports in
// flake-parts: the wrapper that checks the class, the merge of its
// definitions, one module per definition that says where it is from, and the
// definition itself. They matter to the order in which lists merge.
type item struct {
	aspect    *modules.Aspect
	level     int
	unit      *unit
	units     []*unit // of the aspect, in the order of its definitions
	name      string  // of the aspect that the module belongs to
	way       []Step
	condition string
}

// applied is a module that applies.
type applied struct {
	unit      *unit
	aspect    string
	condition string
}

// notKnown stands for a module of which nothing is known.
const notKnown = "a module that is not known"

func (w *walker) problem(at fleet.Pos, hint, format string, args ...any) {
	w.faults = append(w.faults, Problem{Severity: "error", Text: fmt.Sprintf(format, args...), At: at, Hint: hint})
}

// odd notes what is an error in a fleet of ours. In a flake that defines its
// machines itself it is a warning: Nix has the last word there.
func (w *walker) odd(at fleet.Pos, hint, format string, args ...any) {
	w.problem(at, hint, format, args...)
	if w.lenient {
		w.faults[len(w.faults)-1].Severity = fleet.Warning
	}
}

func (w *walker) warn(at fleet.Pos, format string, args ...any) {
	w.faults = append(w.faults, Problem{Severity: "warning", Text: fmt.Sprintf(format, args...), At: at})
}

// aspect enters an aspect that the registry, a role or another aspect names.
// The way ends with the step to it. Of a class that is not known, an aspect may
// be for any.
func (w *walker) aspect(class fleet.Class, name string, way []Step, condition string) {
	at := way[len(way)-1].At
	if class != w.scope.Class && class != "generic" && class != "" {
		w.problem(at, "", "aspect %s is of class %s and cannot be imported into %s", name, class, w.scope.Class)
		return
	}
	a := w.tree.Aspect(class, name)
	if a == nil {
		w.odd(at, w.tree.Meant(class, name), "the tree defines no aspect %s of class %s", name, class)
		return
	}
	if !w.reach(a, way) {
		return
	}
	w.queue = append(w.queue, item{aspect: a, units: w.units(a), name: name, way: way, condition: condition})
}

// reach notes that an aspect applies; it reports false for one that already
// does, because flake-parts would apply it twice.
func (w *walker) reach(a *modules.Aspect, way []Step) bool {
	key := string(a.Class) + "/" + a.Name
	if first, ok := w.seen[key]; ok {
		if !w.keyed(a) {
			at := way[len(way)-1].At
			w.odd(at, "remove one of the two", "aspect %s is reached twice, and would apply twice: by %s (%s) and by %s (%s)",
				a.Name, wayText(first), first[len(first)-1].At, wayText(way), at)
		}
		return false
	}
	w.seen[key] = way
	return true
}

// keyed reports whether all of an aspect's modules have keys, so that it may be
// imported any number of times.
func (w *walker) keyed(a *modules.Aspect) bool {
	return a.Key != "" || !slices.ContainsFunc(w.units(a), func(u *unit) bool { return u.key == "" })
}

// wayText is a way in words.
func wayText(way []Step) string {
	words := make([]string, len(way))
	for i, s := range way {
		words[i] = s.Kind + " " + s.Name
	}
	return strings.Join(words, " > ")
}

// unitsOf is the key under which a tree keeps the units of an aspect.
type unitsOf struct {
	aspect  *modules.Aspect
	root    *entry
	system  string
	special string
}

func (w *walker) units(a *modules.Aspect) []*unit {
	made := w.tree.Once(unitsOf{a, w.root, w.system, w.special}, func() any {
		units := make([]*unit, len(a.Contributors))
		with := modules.Arguments{System: w.system}
		if w.owner != nil {
			with.Special = w.owner.Special
		}
		for i := range a.Contributors {
			units[i] = makeUnit(w.tree.OpenWith(&a.Contributors[i], with), w.root)
		}
		return units
	})
	return made.([]*unit)
}

// run follows the queue to its end.
func (w *walker) run() {
	for len(w.queue) > 0 {
		it := w.queue[0]
		w.queue = w.queue[1:]
		if it.aspect == nil {
			w.module(it)
			continue
		}
		switch it.level {
		case 0:
			w.scope.Aspects = append(w.scope.Aspects, reached(it))
			if it.aspect.Class == "generic" { // has no wrapper
				w.contributors(it)
				continue
			}
			it.level = 1
			w.queue = append(w.queue, it)
		case 1:
			w.contributors(it)
		default:
			it.aspect = nil
			w.queue = append(w.queue, it)
		}
	}
}

// contributors queues one module per definition of an aspect.
func (w *walker) contributors(it item) {
	for i := range it.aspect.Contributors {
		next := it
		next.level, next.unit, next.units = 2, it.units[i], nil
		next.condition = both(it.condition, it.aspect.Contributors[i].Condition)
		w.queue = append(w.queue, next)
	}
}

func reached(it item) Reached {
	r := Reached{Class: it.aspect.Class, Name: it.name, Way: it.way, Condition: it.condition}
	for _, c := range it.aspect.Contributors {
		r.Files = append(r.Files, c.At)
	}
	return r
}

// file notes that a module is a file of its own.
func (w *walker) file(it item, c child, condition string) {
	path := c.unit.at.File
	if path == "" || path == c.At.File || slices.ContainsFunc(w.scope.Files, func(f File) bool { return f.Path == path }) {
		return
	}
	w.scope.Files = append(w.scope.Files, File{Path: path, From: it.name, At: c.At, Condition: condition})
}

// module applies a module and queues what it imports.
func (w *walker) module(it item) {
	u := it.unit
	if u.key != "" {
		if w.keys[u.key] {
			return
		}
		w.keys[u.key] = true
	}
	if u.why != "" {
		w.warn(u.at, "a module of aspect %s is not known: %s", it.name, u.why)
	}
	if p, ok := w.tree.Refused(u.at.File); ok && !slices.Contains(w.files, p) {
		w.files = append(w.files, p)
	}
	w.met = append(w.met, applied{u, it.name, it.condition})
	for _, c := range u.imports {
		condition := both(it.condition, c.Condition)
		switch {
		case c.unit != nil:
			w.file(it, c, condition)
			w.queue = append(w.queue, item{unit: c.unit, name: it.name, way: it.way, condition: condition})
		case c.Name != "":
			way := append(slices.Clip(it.way), Step{Kind: "aspect", Name: c.Name, At: c.At})
			w.aspect(fleet.Class(c.Class), c.Name, way, condition)
		case c.Foreign != "":
			w.scope.Foreign = append(w.scope.Foreign, Foreign{Ref: c.Foreign, From: it.name, At: c.At, Condition: condition})
		default:
			w.scope.Foreign = append(w.scope.Foreign, Foreign{Ref: notKnown, From: it.name, At: c.At, Condition: condition, Why: c.Why})
			if c.Fault && condition == "" {
				w.problem(c.At, "", "aspect %s has an import that Nix refuses: %s", it.name, c.Why)
				continue
			}
			w.warn(c.At, "aspect %s imports a module that is not known: %s", it.name, c.Why)
		}
	}
}
