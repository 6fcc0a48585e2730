package modules

import (
	"path"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// isFlocken recognises the functions of mirkolenz/flocken that list modules:
// getModules of a directory, and optionalPath of a path that may be there.
func isFlocken(c *call) bool {
	n := len(c.path)
	return n >= 3 && c.path[n-3] == "flocken" && c.path[n-2] == "lib" &&
		(c.path[n-1] == "getModules" || c.path[n-1] == "optionalPath") && len(c.args()) == 1
}

func loadFlocken(o *opener, c *call) *Module {
	m := &Module{At: c.Pos()}
	arg := o.ev.Known(c.args()[0].Force())
	if s, ok := arg.(*symbolic.String); ok && c.last() == "optionalPath" {
		if text, ok := s.Text(); ok && strings.HasPrefix(text, "/") {
			m.Imports = []Import{{At: m.At, Foreign: symbolic.Quote(text), Condition: "the file is there"}}
			return m
		}
	}
	name, ok := treeRoot(arg)
	if !ok {
		m.Imports = []Import{{At: m.At, Why: "flocken is given what is not known: " + orElse(symbolic.Why(arg), "no path")}}
		return m
	}
	if c.last() == "optionalPath" {
		entries, err := o.tree.src.Entries(path.Dir(name))
		if err == nil && (name == "." || entries[path.Base(name)] != "") {
			m.Imports = []Import{o.classify(&symbolic.Path{Place: arg.Where(), Rel: name}, m.At)}
		}
		return m
	}
	m.loaders = []Loader{{Name: "flocken", Dirs: []string{name}, At: m.At}}
	files, problems := o.tree.src.modulesIn(name)
	for _, p := range problems {
		m.Imports = append(m.Imports, Import{At: m.At, Why: p.Text, Fault: true})
	}
	for _, file := range files {
		if inner := strings.TrimPrefix(strings.TrimPrefix(file, name), "/"); name == "." || !strings.HasPrefix(inner, "_") {
			if name == "." && strings.HasPrefix(file, "_") {
				continue
			}
			m.Imports = append(m.Imports, o.classify(&symbolic.Path{Rel: file}, fleet.Pos{File: file}))
		}
	}
	return m
}
