package modules

import (
	"fmt"
	"io/fs"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
	"assay/modules/syntax"
)

// Read reads the tree in the directory root of fsys, which is the fleet's
// directory, as import-tree does. Files that cannot be parsed and what cannot
// be understood are Problems of the Tree; the error is only for a root that is
// not there.
func Read(fsys fs.FS, root string) (*Tree, error) {
	if _, err := fs.Stat(fsys, root); err != nil {
		return nil, fmt.Errorf("cannot read the module tree %s: %w; hint: [sources] modules in fleet.toml names its directory", root, cause(err))
	}
	src := newSources(fsys, nil)
	files, problems := discover(src, root)
	src.parseAll(files, workers())
	t := newTree(src)
	t.Root = root
	t.lose(problems...)
	r := &reading{tree: t, src: src}
	r.read(func(l *loading) {
		l.loader(Loader{Name: "import-tree", Dirs: []string{root}})
		for _, name := range files {
			l.file(name, fleet.Pos{}, "")
		}
	})
	return t, nil
}

func newTree(src *sources) *Tree {
	return &Tree{
		byName: map[string]map[string]*Aspect{}, byPath: map[string]*Aspect{},
		evaluation: &evaluation{ev: symbolic.New(src, symbolic.DefaultLimits), memo: map[any]any{}, src: src, adapters: adapters()},
	}
}

// maxPasses bounds how often the modules are collected anew because what they
// are depends on what they define.
const maxPasses = 5

// reading is the work of Read and ReadFlake.
type reading struct {
	tree       *Tree
	src        *sources
	store      *store // of the latest pass
	registries []Registry
	den        *den
	asked      bool // a reference was resolved, or could not be, since the pass began
}

// read collects the modules that load enters until that changes nothing more,
// and makes the tree of what they define. Which modules there are may depend
// on what they define; during a pass references come to what the former pass
// has found.
func (r *reading) read(load func(*loading)) {
	r.registries = wellKnown
	r.tree.limited = true
	defer func() { r.tree.limited = false }()
	var l *loading
	before := ""
	r.systems()
	for range maxPasses {
		r.tree.ev.Resolve(r.resolve)
		r.pins()
		r.asked = false
		l = &loading{reading: r, store: newStore(r.tree), seen: map[string]bool{}}
		r.identities(l.store)
		load(l)
		l.run()
		r.store = l.store
		r.tree.begin()
		typed := append(wellKnown[:len(wellKnown):len(wellKnown)], r.store.typedRegistries()...)
		typed = append(typed, l.registries...)
		now := l.signature(typed)
		settled := now == before || before == "" && len(typed) == len(r.registries) && !r.asked
		before, r.registries = now, typed
		r.identities(r.store)
		if settled {
			break
		}
	}
	r.finish(l)
}

// identities tells a store which options are identities.
func (r *reading) identities(s *store) {
	registries := r.registries
	s.epoch++
	s.own = func(path []string) bool { return registryOf(registries, path) != nil }
	s.prefix = func(path []string) bool {
		for i := range registries {
			if !registries[i].List && len(path) < len(registries[i].Path) && len(path) > 1 && registries[i].above(path) {
				return true
			}
		}
		return false
	}
}

// resolve answers what a reference to the flake's options comes to.
func (r *reading) resolve(ref *symbolic.Ref) (symbolic.Value, bool) {
	r.asked = true
	if r.store == nil {
		return nil, false
	}
	return r.store.at(ref.Path)
}

// finish makes the tree of what the modules define.
func (r *reading) finish(l *loading) {
	t := r.tree
	t.Files, t.Loaders = l.files, l.loaders
	t.lose(l.lost...)
	t.Problems = append(t.Problems, l.problems...)
	t.Registries = r.registries
	t.store = r.store
	r.members()
	r.denAspects()
	fleet.SortProblems(t.Lost)
	t.lose(l.refused...)
	t.general = map[*Aspect][]general{}
	t.links()
	t.index()
	r.hosts()
	t.general = nil
	t.lint()
	for name := range r.src.parsed {
		if p, ok := r.src.refused(name); ok {
			t.Problems = append(t.Problems, p)
		}
	}
	t.Problems = append(t.Problems, r.src.unseen()...)
	if t.spent > maxSpent {
		t.Problems = append(t.Problems, warning(fleetPos(l.firstFile()), "the flake takes too much work to read all of it; what is missing is shown as unknown", ""))
	}
	fleet.SortProblems(t.Lost)
	t.Lost = distinct(t.Lost)
	fleet.SortProblems(t.Problems)
	t.Problems = distinct(t.Problems)
}

func unreadable(name string, from fleet.Pos, err error) fleet.Problem {
	if bad, ok := err.(*syntax.Error); ok {
		at := fleet.Pos{File: name, Line: bad.Line, Column: bad.Column}
		text := strings.TrimPrefix(bad.Error(), bad.Position.String()+": ")
		text, hint, _ := strings.Cut(text, "; hint: ")
		return failure(at, text, hint)
	}
	if from.IsZero() {
		from = fleetPos(name)
	}
	return failure(from, "cannot read "+name+": "+err.Error(), "")
}
