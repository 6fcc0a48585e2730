package modules

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"assay/fleet"
	"assay/modules/symbolic"
)

// FlakeFile is where a flake begins.
const FlakeFile = "flake.nix"

// ReadFlake reads the flake at the root of fsys, whatever it is made with.
// tracked are the files that git tracks, relative to the root, which are all
// that Nix sees; nil for all files. The error is only for a flake.nix that is
// not there or no flake; everything else is a Problem of the Tree.
func ReadFlake(fsys fs.FS, tracked []string) (*Tree, error) {
	return ReadFlakeWith(fsys, tracked, nil)
}

// ReadFlakeWith is ReadFlake with further loaders. A rule that makes no sense
// is an error.
func ReadFlakeWith(fsys fs.FS, tracked []string, rules []Rule) (*Tree, error) {
	for _, rule := range rules {
		if err := rule.check(); err != nil {
			return nil, err
		}
	}
	src := newSources(fsys, tracked)
	f, err := src.Parsed(FlakeFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("cannot read %s: %w; hint: name the directory that holds the flake", FlakeFile, err)
	case err != nil:
		p := unreadable(FlakeFile, fleet.Pos{}, err)
		return nil, p
	}
	t := newTree(src)
	t.Root = "."
	var dirs []Rule
	var own []adapter
	for _, rule := range rules {
		if rule.Function == "" {
			dirs = append(dirs, rule)
			continue
		}
		own = append(own, rule.adapter())
	}
	t.adapters = append(own, t.adapters...)
	r := &reading{tree: t, src: src}
	r.read(func(l *loading) {
		l.files = []string{FlakeFile}
		l.tree.begin()
		e := &entry{l: l, ev: t.ev}
		e.flake(t.ev.File(f))
		for _, rule := range dirs {
			l.directory(rule)
		}
	})
	return t, nil
}

// entry follows a flake's outputs to what defines them.
type entry struct {
	l    *loading
	ev   *symbolic.Evaluator
	file int
	work int
}

// flake reads the set in flake.nix.
func (e *entry) flake(v symbolic.Value) {
	set, ok := v.(*symbolic.Attrs)
	if !ok || set.Attr("outputs") == nil {
		e.unknown(v.Where(), orElse(symbolic.Why(v), "flake.nix has no outputs"))
		return
	}
	outputs := set.Attr("outputs")
	e.outputs(e.ev.Apply(outputs.At, outputs.V.Force(), symbolic.OutputsArgs(outputs.At, nil)), "")
}

// outputs follows what the outputs are: sets, and calls of what makes them.
func (e *entry) outputs(v symbolic.Value, condition string) {
	if e.work++; e.work > maxNesting {
		e.unknown(v.Where(), "the outputs are nested too deeply")
		return
	}
	v = e.ev.Known(v)
	switch v := v.(type) {
	case *symbolic.Attrs:
		for _, rest := range v.Rest {
			e.outputs(rest, condition)
		}
		e.plain(v, condition)
	case *symbolic.Cond:
		e.outputs(v.Then.Force(), both(condition, conditionText(v.If)))
		e.outputs(v.Else.Force(), both(condition, not(conditionText(v.If))))
	case *symbolic.Call:
		c, a := e.l.tree.adapterFor(v)
		if a == nil || a.outputs == nil {
			e.unknown(v.Where(), symbolic.Why(v))
			return
		}
		a.outputs(e, c)
	default:
		e.unknown(v.Where(), orElse(symbolic.Why(v), "they are not a set"))
	}
}

// plain enters outputs that are written as a set: definitions of the option
// flake.
func (e *entry) plain(set *symbolic.Attrs, condition string) {
	if set.Len() == 0 {
		return
	}
	e.l.loader(Loader{Name: "outputs", At: set.Pos()})
	flake := symbolic.NewSet(set.Place, map[string]*symbolic.Attr{"flake": {V: symbolic.Done(set.Except()), At: set.Place}})
	e.l.store.module(&Module{Config: []Defined{{Value: flake, At: set.Place}}}, e.file, condition)
}

// specialArgs takes the further arguments of the flake's modules.
func (e *entry) specialArgs(set *symbolic.Attrs) {
	a := set.Attr("specialArgs")
	if a == nil {
		return
	}
	special, ok := e.ev.Known(a.V.Force()).(*symbolic.Attrs)
	if !ok {
		return
	}
	e.l.special = map[string]symbolic.Value{}
	for _, name := range special.Names() {
		e.l.special[name] = special.Attr(name).V.Force()
	}
}

// unknown notes that some of the outputs are not known.
func (e *entry) unknown(at symbolic.Place, why string) {
	where := at.Pos()
	if where.IsZero() {
		where = fleetPos(FlakeFile)
	}
	e.l.problems = append(e.l.problems, warning(where, "what the flake's outputs are is not known: "+why, ""))
}

// directory enters what a rule finds in its directory.
func (l *loading) directory(rule Rule) {
	m := &Module{At: fleetPos(rule.Dir)}
	rule.directory(l.opener(symbolic.Place{}), m, path.Clean(rule.Dir), m.At)
	l.loader(Loader{Name: rule.Loads, Dirs: []string{rule.Dir}})
	l.enter(queued{module: m})
}

// list enters a list of modules of the flake.
func (l *loading) list(v symbolic.Value, at fleet.Pos, file int) {
	m := &Module{At: at}
	l.opener(v.Where()).imports(m, v, at, "")
	l.enter(queued{module: m, file: file})
}
