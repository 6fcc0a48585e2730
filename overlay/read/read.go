// Package read reads the overlays of a flake from its Nix files, without Nix:
// what every machine's nixpkgs.overlays (or the package set of its
// nixpkgs.pkgs) is made of, layer by layer in the order in which they apply,
// and what each layer defines. Overlays are applied to a package set that is
// not known, for the machine's system, so that what depends on the platform is
// decided, and what depends on packages is not.
//
// A name is never invented: what an overlay of a flake input defines, or what
// depends on what only Nix knows, is an overlay.Open with its place and reason.
//
// Read may be called concurrently; it evaluates while no other evaluation of
// the tree runs.
package read

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"assay/fleet"
	"assay/modules"
	"assay/modules/compose"
	"assay/modules/symbolic"
	"assay/overlay"
)

// Result is what was read.
type Result struct {
	Machines []overlay.Written // by name, those whose system is known
}

// Read reads the overlays of the fleet's machines. fsys is the directory of
// the tree.
func Read(tree *modules.Tree, f *fleet.Fleet, fsys fs.FS) Result {
	sets := make([]compose.Overlays, len(f.Machines))
	for i := range f.Machines {
		sets[i], _ = compose.PackageSet(tree, compose.Request{Fleet: f, Machine: &f.Machines[i]})
	}
	var out Result
	tree.Evaluate(func(ev *symbolic.Evaluator) {
		r := &reader{tree: tree, ev: ev, fsys: fsys, files: map[string]bindings{}, headers: map[string]*overlay.Note{}, memo: map[memoKey]*part{}, same: map[string]overlay.Written{}}
		for i := range f.Machines {
			m := &f.Machines[i]
			if m.System != "" {
				out.Machines = append(out.Machines, r.machine(m, sets[i]))
			}
		}
	})
	narrow(out.Machines)
	return out
}

// Unused returns what the flake has of overlays and no machine uses: files
// that nothing imports, and overlays that it offers. A file that was not
// evaluated before is not imported.
func Unused(tree *modules.Tree, files Sources) []fleet.Problem {
	problems := deadFiles(tree, files.all)
	tree.Evaluate(func(ev *symbolic.Evaluator) {
		problems = append(problems, unusedOverlays(tree, ev, files.all)...)
	})
	return problems
}

type reader struct {
	tree    *modules.Tree
	ev      *symbolic.Evaluator
	fsys    fs.FS
	system  string
	files   map[string]bindings
	headers map[string]*overlay.Note // of files, nil for none
	memo    map[memoKey]*part
	same    map[string]overlay.Written // by the overlays that a machine has
	work    int
}

// memoKey is an overlay on a system.
type memoKey struct {
	system string
	value  symbolic.Value
}

// maxWork bounds the overlays and sets that are followed.
const maxWork = 20000

// machine reads one machine's overlays.
func (r *reader) machine(m *fleet.Machine, set compose.Overlays) overlay.Written {
	r.system = m.System
	root := &part{composed: true}
	switch n := len(set.Pkgs); {
	case n > 0:
		root.add(r.packageSet(set.Pkgs[n-1]))
	default:
		for _, w := range set.Overlays {
			r.list(root, w.Value, w.At, w.Condition)
		}
	}
	root.loose = root.loose || slices.ContainsFunc(set.Overlays, func(w compose.Written) bool { return w.Condition != "" })
	key := m.System + strconv.FormatBool(root.loose)
	root.identify(&key)
	w, known := r.same[key]
	if !known {
		w = r.written(root)
		r.same[key] = w
	}
	w.Machine, w.System = m.Name, m.System
	return w
}

// list adds the overlays of a list.
func (r *reader) list(to *part, v symbolic.Value, at fleet.Pos, condition string) {
	r.ev.Begin()
	switch v := r.ev.Known(v).(type) {
	case *symbolic.List:
		for _, item := range v.Items {
			where := item.At.Pos()
			if where.IsZero() {
				where = at
			}
			if item.Rest {
				r.list(to, item.V.Force(), where, condition)
				continue
			}
			to.add(r.overlay(item.V.Force(), where, condition))
		}
	case *symbolic.Cond:
		to.loose = true
		r.list(to, v.Then.Force(), at, both(condition, text(v.If)))
		r.list(to, v.Else.Force(), at, both(condition, "!("+text(v.If)+")"))
	default:
		to.loose = true
		to.add(open(at, "", "the list of overlays is not known: "+orElse(symbolic.Why(v), "it is not a list")))
	}
}

// packageSet is the overlays of a finished package set: import inputs.nixpkgs {
// overlays = [ … ]; }, or inputs.nixpkgs.legacyPackages, which has none.
func (r *reader) packageSet(w compose.Written) *part {
	root := &part{composed: true}
	v := r.ev.Known(w.Value)
	fn, args := symbolic.Applied(v)
	if p, ok := fn.(*symbolic.Prim); ok && p.Name == "import" && len(args) == 2 {
		if set, ok := r.ev.Known(args[1].Force()).(*symbolic.Attrs); ok {
			if a := set.Attr("overlays"); a != nil {
				r.list(root, a.V.Force(), a.At.Pos(), w.Condition)
			}
			if len(set.Rest) > 0 {
				root.add(open(w.At, "", "not all arguments of the package set are known: "+symbolic.Why(set.Rest[0])))
			}
			return root
		}
	}
	if ref, ok := v.(*symbolic.Ref); ok && ref.Root == symbolic.Inputs && len(ref.Path) > 1 && ref.Path[1] == "legacyPackages" {
		return root
	}
	root.add(open(w.At, "", "nixpkgs.pkgs is a package set that is not known: "+orElse(symbolic.Why(v), "it is no import")))
	return root
}

// overlay applies an overlay.
func (r *reader) overlay(v symbolic.Value, at fleet.Pos, condition string) *part {
	v = r.ev.Known(v)
	key := memoKey{r.system, v}
	if p := r.memo[key]; p != nil && condition == "" {
		return p
	}
	p := r.apply(v, at, condition)
	if condition == "" {
		r.memo[key] = p
	}
	return p
}

func (r *reader) apply(v symbolic.Value, at fleet.Pos, condition string) *part {
	if r.work++; r.work > maxWork {
		return open(at, "", "there are too many overlays")
	}
	r.ev.Begin()
	switch v := v.(type) {
	case *symbolic.Cond:
		p := &part{composed: true}
		p.add(r.overlay(v.Then.Force(), at, both(condition, text(v.If))))
		p.add(r.overlay(v.Else.Force(), at, both(condition, "!("+text(v.If)+")")))
		return p
	case *symbolic.Ref, *symbolic.Unknown:
		return r.foreign(v, at)
	case *symbolic.Path:
		return r.overlay(r.ev.Import(v.Place, v.Rel), at, condition)
	}
	var p *part
	r.ev.Trace(func() {
		place := v.Where()
		final := &symbolic.Ref{Place: place, Root: symbolic.Final, System: r.system}
		prev := &symbolic.Ref{Place: place, Root: symbolic.Prev, System: r.system}
		made := r.ev.Known(r.ev.Apply(place, r.ev.Apply(place, v, final), prev))
		from := place.Pos()
		if from.IsZero() {
			from = at
		}
		p = r.set(made, from, condition)
	})
	return p
}

// foreign is an overlay of which only Nix knows what it defines.
func (r *reader) foreign(v symbolic.Value, at fleet.Pos) *part {
	head, _ := symbolic.Applied(v)
	for {
		of, _, ok := symbolic.Selection(head)
		if !ok {
			break
		}
		head, _ = symbolic.Applied(of)
	}
	if ref, ok := head.(*symbolic.Ref); ok && ref.Root == symbolic.Inputs && len(ref.Path) > 0 {
		return open(at, ref.Path[0], "only Nix knows what "+ref.String()+" defines")
	}
	return open(at, "", orElse(symbolic.Why(v), "it is not an overlay"))
}

// set takes what an overlay makes apart. at is where the overlay stands.
func (r *reader) set(v symbolic.Value, at fleet.Pos, condition string) *part {
	if r.work++; r.work > maxWork {
		return open(at, "", "the overlay is too large to be read")
	}
	v = r.ev.Known(v)
	switch v := v.(type) {
	case *symbolic.Attrs:
		if parts, composed := v.Parts(); parts != nil {
			p := &part{composed: composed}
			if condition == "" {
				p.exported = exported(v.Composed())
			}
			for _, one := range parts {
				p.add(r.set(one, place(one, at), condition))
			}
			p.prune(place(v, at).File)
			return p
		}
		return r.leaf(v, at, condition)
	case *symbolic.Cond:
		p := &part{}
		p.add(r.set(v.Then.Force(), at, both(condition, text(v.If))))
		p.add(r.set(v.Else.Force(), at, both(condition, "!("+text(v.If)+")")))
		return p
	case *symbolic.Ref:
		if v.Root == symbolic.Prev && len(v.Path) == 0 {
			return &part{} // prev // { … }
		}
	}
	if p := r.ownPackages(v, at, condition); p != nil {
		return p
	}
	return r.foreign(v, at)
}

// exported are the names below flake.overlays of overlays that are all taken from
// there, each once; nil where any is not.
func exported(overlays []symbolic.Value) []string {
	var names []string
	for _, v := range overlays {
		ref, ok := v.(*symbolic.Ref)
		if !ok || ref.Root != symbolic.Flake || len(ref.Path) != 3 || ref.Path[0] != "flake" || ref.Path[1] != "overlays" || slices.Contains(names, ref.Path[2]) {
			return nil
		}
		names = append(names, ref.Path[2])
	}
	return names
}

// place is where a value is written, or where what it belongs to is.
func place(v symbolic.Value, otherwise fleet.Pos) fleet.Pos {
	if at := v.Where().Pos(); !at.IsZero() {
		return at
	}
	return otherwise
}

// leaf is a set that is written as one.
func (r *reader) leaf(set *symbolic.Attrs, at fleet.Pos, condition string) *part {
	p := &part{at: at, file: place(set, at).File, leaf: true}
	names := set.Names()
	slices.SortStableFunc(names, func(a, b string) int {
		return int(set.Attr(a).At.Span.Start) - int(set.Attr(b).At.Span.Start)
	})
	for _, name := range names {
		a := set.Attr(name)
		p.names = append(p.names, attribute{name: name, v: r.ev.Known(a.V.Force()), at: a.At, condition: condition})
	}
	if len(set.Rest) == 0 {
		return p
	}
	all := &part{}
	all.add(p)
	for _, rest := range set.Rest {
		all.add(r.set(rest, place(rest, at), condition))
	}
	return all
}

func both(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " && " + b
}

func text(v symbolic.Value) string {
	return orElse(v.Where().Source(), orElse(symbolic.Why(v), "a condition"))
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// narrow says of entries that not all systems of the fleet have which have
// them.
func narrow(machines []overlay.Written) {
	type key struct {
		pkg string
		at  fleet.Pos
	}
	systems := map[string]bool{}
	on := map[key][]string{}
	for i := range machines {
		w := &machines[i]
		systems[w.System] = true
		for j := range w.Layers {
			for _, e := range w.Layers[j].Entries {
				k := key{e.Package, e.At}
				if !slices.Contains(on[k], w.System) {
					on[k] = append(on[k], w.System)
				}
			}
		}
	}
	for i := range machines {
		for j := range machines[i].Layers {
			entries := slices.Clone(machines[i].Layers[j].Entries)
			for n := range entries {
				if has := on[key{entries[n].Package, entries[n].At}]; len(has) < len(systems) {
					slices.Sort(has)
					entries[n].Systems = has
				}
			}
			machines[i].Layers[j].Entries = entries
		}
	}
}

// identify adds to a key what tells a part from others.
func (p *part) identify(key *string) {
	for _, kid := range p.kids {
		*key += fmt.Sprintf("\x00%p", kid)
	}
}
