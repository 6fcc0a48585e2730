package modules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// Rule is a loader as data: what a function from outside of the flake that the
// reader does not know loads, or a directory whose files are modules.
type Rule struct {
	// Function is how the reference to the function ends:
	// "flocken.lib.getModules". "" for a rule of a directory.
	Function string
	// Dir is a directory of modules, relative to the flake, for a rule without
	// a function: it is read besides what the flake itself says.
	Dir string
	// Loads is what becomes modules: RuleImportTree, RuleDirectory or
	// RuleArgument.
	Loads string
	// Argument is the attribute of the function's argument that holds the
	// directory, or the list of modules. "" means that the argument itself is
	// the directory, and "modules" for the list.
	Argument string
}

// What a Rule loads.
const (
	RuleImportTree = "import-tree"      // all .nix files below a directory, as import-tree takes them
	RuleDirectory  = "directory"        // the .nix files in a directory but default.nix, and directories with one
	RuleArgument   = "modules argument" // a list of modules
)

// check says what is wrong with a rule.
func (r Rule) check() error {
	switch {
	case r.Function == "" && r.Dir == "":
		return fmt.Errorf("a loader names neither a function nor a directory; hint: function = %q, or dir = %q", "flocken.lib.getModules", "modules")
	case !slices.Contains([]string{RuleImportTree, RuleDirectory, RuleArgument}, r.Loads):
		return fmt.Errorf("a loader loads %q; hint: %q, %q or %q", r.Loads, RuleImportTree, RuleDirectory, RuleArgument)
	case r.Function == "" && r.Loads == RuleArgument:
		return fmt.Errorf("a loader of the directory %s has no argument; hint: %q or %q", r.Dir, RuleImportTree, RuleDirectory)
	}
	return nil
}

// adapter is the rule as one of the table.
func (r Rule) adapter() adapter {
	suffix := strings.Split(r.Function, ".")
	a := adapter{name: r.Function, match: func(c *call) bool {
		n := len(c.path) - len(suffix)
		return n >= 0 && slices.Equal(c.path[n:], suffix) && len(c.args()) > 0
	}}
	a.load = func(o *opener, c *call) *Module { return r.load(o, c) }
	a.outputs = func(e *entry, c *call) {
		at := c.Pos()
		m := &Module{At: at, Imports: []Import{{At: at, Module: r.load(e.l.opener(c.Place), c)}}}
		e.l.enter(queued{module: m, file: e.file})
	}
	return a
}

// load is the module that a call stands for.
func (r Rule) load(o *opener, c *call) *Module {
	at := c.Pos()
	m := &Module{At: at}
	args := c.args()
	v := o.ev.Known(args[len(args)-1].Force())
	name := r.Argument
	if name == "" && r.Loads == RuleArgument {
		name = "modules"
	}
	if name != "" {
		set, ok := v.(*symbolic.Attrs)
		if !ok || set.Attr(name) == nil {
			m.Imports = []Import{{At: at, Why: r.Function + " is called without a known argument " + name}}
			return m
		}
		v = o.ev.Known(set.Attr(name).V.Force())
	}
	if r.Loads == RuleArgument {
		o.imports(m, v, at, "")
		m.loaders = append(m.loaders, Loader{Name: r.Function, At: at})
		return m
	}
	dir, ok := treeRoot(v)
	if !ok {
		m.Imports = []Import{{At: at, Why: r.Function + " is given a directory that is not known: " + orElse(symbolic.Why(v), "no path")}}
		return m
	}
	r.directory(o, m, dir, at)
	m.loaders = []Loader{{Name: r.Function, Dirs: []string{dir}, At: at}}
	return m
}

// directory enters the modules that the rule finds in a directory.
func (r Rule) directory(o *opener, m *Module, dir string, at fleet.Pos) {
	var files []string
	var problems []fleet.Problem
	if r.Loads == RuleImportTree {
		files, problems = discover(o.tree.src, dir)
	} else {
		files, problems = o.tree.src.modulesIn(dir)
	}
	for _, p := range problems {
		m.Imports = append(m.Imports, Import{At: at, Why: p.Text, Fault: true})
	}
	if o.shallow {
		o.tree.src.parseAll(files, workers())
	}
	for _, file := range files {
		m.Imports = append(m.Imports, o.classify(&symbolic.Path{Rel: file}, fleetPos(file)))
	}
}

// modulesIn lists the modules in a directory: .nix files but default.nix, and
// default.nix of directories in it.
func (s *sources) modulesIn(dir string) ([]string, []fleet.Problem) {
	entries, err := s.Entries(dir)
	if err != nil {
		return nil, []fleet.Problem{failure(fleetPos(dir), "cannot read the directory: "+cause(err).Error(), "")}
	}
	var files []string
	for name, kind := range entries {
		file := path.Join(dir, name)
		switch {
		case kind == "directory":
			file = path.Join(file, "default.nix")
			if inside, err := s.Entries(path.Dir(file)); err == nil && inside["default.nix"] != "" {
				files = append(files, file)
			}
		case strings.HasSuffix(name, ".nix") && name != "default.nix":
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files, nil
}
