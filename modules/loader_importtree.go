package modules

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// importTree is what a use of vic/import-tree asks for.
type importTree struct {
	roots   []symbolic.Value
	filters []treeFilter // besides the first one
	initial symbolic.Value
	maps    []symbolic.Value
	list    bool   // .leafs or .files: a list of files instead of a module
	why     string // it is used in a way that is not known
}

// treeFilter is a test of a file.
type treeFilter struct {
	fn      symbolic.Value // a function of the path below the root
	regex   bool           // fn is a regular expression of the whole path
	negated bool
}

func isImportTree(c *call) bool { return treeAt(c.path) >= 0 }

// treeAt is the place of import-tree in a path, or -1.
func treeAt(path []string) int {
	return slices.IndexFunc(path, func(name string) bool { return name == "import-tree" || name == "importTree" })
}

func loadImportTree(o *opener, c *call) *Module {
	t := &importTree{}
	steps := make([]step, 0, len(c.path)+len(c.steps))
	for _, name := range c.path[treeAt(c.path)+1:] {
		steps = append(steps, step{name: name})
	}
	t.follow(o.ev, append(steps, c.steps...))
	at := c.Pos()
	if t.why != "" {
		return &Module{At: at, Imports: []Import{{At: at, Why: t.why}}}
	}
	files := &Module{At: at}
	loader := Loader{Name: "import-tree", At: at}
	for _, root := range t.roots {
		t.root(o, files, &loader, root, at)
	}
	files.loaders = []Loader{loader}
	if t.list {
		return files
	}
	return &Module{At: at, Imports: []Import{{At: at, Module: files}}}
}

// follow goes over what is done with import-tree.
func (t *importTree) follow(ev *symbolic.Evaluator, steps []step) {
	for len(steps) > 0 {
		s := steps[0]
		steps = steps[1:]
		if s.arg != nil { // the tree is applied to its roots
			t.add(ev, s.arg.Force())
			continue
		}
		switch s.name {
		case "leafs":
			t.list = true
			continue
		case "files":
			t.list = true
			continue
		case "result":
			continue
		case "new":
			*t = importTree{}
			continue
		}
		if len(steps) == 0 || steps[0].arg == nil {
			t.why = "import-tree is asked for " + s.name
			return
		}
		t.modify(ev, s.name, ev.Known(steps[0].arg.Force()))
		steps = steps[1:]
	}
}

// modify takes a modifier with its argument.
func (t *importTree) modify(ev *symbolic.Evaluator, name string, arg symbolic.Value) {
	switch name {
	case "filter", "filterNot":
		t.filters = append(t.filters, treeFilter{fn: arg, negated: name == "filterNot"})
	case "match", "matchNot":
		t.filters = append(t.filters, treeFilter{fn: arg, regex: true, negated: name == "matchNot"})
	case "initFilter":
		t.initial = arg
	case "map":
		t.maps = append(t.maps, arg)
	case "addPath":
		t.add(ev, arg)
	case "withLib":
	default:
		t.why = "import-tree's " + name + " is not followed"
	}
}

// add takes a root, or a list of them.
func (t *importTree) add(ev *symbolic.Evaluator, v symbolic.Value) {
	v = ev.Known(v)
	if l, ok := v.(*symbolic.List); ok {
		for _, item := range l.Items {
			t.add(ev, item.V.Force())
		}
		return
	}
	t.roots = append(t.roots, v)
}

// root enters the files below a root.
func (t *importTree) root(o *opener, m *Module, loader *Loader, v symbolic.Value, at fleet.Pos) {
	name, ok := treeRoot(v)
	if !ok {
		if inner := o.loadedModule(v); inner != nil {
			m.Imports = append(m.Imports, Import{At: at, Module: inner})
			return
		}
		m.Imports = append(m.Imports, Import{At: at, Why: "import-tree is given what is not known: " + orElse(symbolic.Why(v), "no path")})
		return
	}
	loader.Dirs = append(loader.Dirs, name)
	all, problems := everyFile(o.tree.src, name)
	for _, p := range problems {
		m.Imports = append(m.Imports, Import{At: at, Why: p.Text, Fault: true})
	}
	var files []string
	var conditions []string
	for _, file := range all {
		rel := strings.TrimPrefix(file, name)
		if name == "." {
			rel = "/" + file
		}
		if rel == "" {
			rel = "/" + file
		}
		condition, keep := t.keeps(o.ev, rel, v.Where())
		if keep && o.tree.src.visible(file) {
			files, conditions = append(files, file), append(conditions, condition)
		}
	}
	if o.shallow {
		o.tree.src.parseAll(files, workers())
	}
	m.Imports = slices.Grow(m.Imports, len(files))
	for i, file := range files {
		imported := t.mapped(o, &symbolic.Path{Place: v.Where(), Rel: file}, at)
		imported.Condition = conditions[i]
		m.Imports = append(m.Imports, imported)
	}
}

// treeRoot is the directory, or the file, that a root means.
func treeRoot(v symbolic.Value) (string, bool) {
	name := ""
	switch v := v.(type) {
	case *symbolic.Path:
		name = v.Rel
	case *symbolic.String:
		return v.InTree()
	case *symbolic.Ref:
		if v.Root != symbolic.Flake || len(v.Path) != 1 {
			return "", false
		}
		name = "."
	default:
		return "", false
	}
	name = path.Clean(name)
	return name, name != ".." && !strings.HasPrefix(name, "../") && !strings.HasPrefix(name, "/")
}

// keeps tests a file by its path below the root, which begins with "/".
func (t *importTree) keeps(ev *symbolic.Evaluator, rel string, at symbolic.Place) (condition string, keep bool) {
	if t.initial != nil {
		if condition, keep = holds(ev, treeFilter{fn: t.initial}, rel, at, condition); !keep {
			return "", false
		}
	} else if !strings.HasSuffix(rel, ".nix") || strings.Contains(rel, "/_") {
		return "", false
	}
	for _, f := range t.filters {
		if condition, keep = holds(ev, f, rel, at, condition); !keep {
			return "", false
		}
	}
	return condition, true
}

// holds applies one test; where it cannot be decided it is a condition.
func holds(ev *symbolic.Evaluator, f treeFilter, rel string, at symbolic.Place, condition string) (string, bool) {
	if f.regex {
		if s, ok := f.fn.(*symbolic.String); ok {
			if text, ok := s.Text(); ok {
				if re, err := regexp.CompilePOSIX("^(" + text + ")$"); err == nil {
					return condition, re.MatchString(rel) != f.negated
				}
			}
		}
	} else if b, ok := ev.Known(ev.Apply(at, f.fn, symbolic.Text(at, rel))).(symbolic.Bool); ok {
		return condition, b.B != f.negated
	}
	text := conditionText(f.fn)
	if f.negated {
		text = not(text)
	}
	return both(condition, text), true
}

// mapped is a file as the modifiers map see it.
func (t *importTree) mapped(o *opener, file *symbolic.Path, at fleet.Pos) Import {
	if len(t.maps) == 0 {
		return o.classify(file, fleet.Pos{File: file.Rel})
	}
	var v symbolic.Value = file
	for i := len(t.maps) - 1; i >= 0; i-- {
		v = o.ev.Apply(file.Place, t.maps[i], v)
	}
	return o.classify(v, at)
}
