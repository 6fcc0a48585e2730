package fleetfile

import "assay/fleet"

// Loader says how the flake beside the file comes to modules, where that is
// done by something that assay does not know.
type Loader struct {
	Function string // how the reference to it ends: "flocken.lib.getModules"; "" for a rule of a directory
	Dir      string // relative to the file; "" for a rule of a function
	Loads    string // one of the values that the key has
	Argument string // the attribute of the function's argument; "" for the argument itself
	At       fleet.Pos
}

// Loaders returns the loaders that a file beside a flake names. They are needed
// before the flake is read; Adopt checks the rest of the file. The error is of
// type Errors, and only about them.
func Loaders(name string, src []byte) ([]Loader, error) {
	root, _ := read(name, src)
	n := root.get("loader")
	if n == nil {
		return nil, nil
	}
	c := newChecker(true)
	c.key(n, c.find("", "loader"), "loader", "loader")
	out := list(n, func(n *node) Loader {
		return Loader{Function: n.get("function").text(), Dir: n.get("dir").text(), Loads: n.get("loads").text(), Argument: n.get("argument").text(), At: n.at}
	})
	for _, l := range out {
		switch {
		case len(c.problems) > 0:
		case l.Loads == "":
			c.problem(l.At, "", "expected the key loads in loader")
		case (l.Function == "") == (l.Dir == ""):
			c.problem(l.At, `function = "flocken.lib.getModules" for what the flake calls, or dir = "modules"`, "expected either the key function or the key dir in loader")
		case l.Dir != "" && (l.Loads == loadsArgument || l.Argument != ""):
			c.problem(l.At, "", "a loader of a directory has no argument")
		}
	}
	if len(c.problems) > 0 {
		fleet.SortProblems(c.problems)
		return nil, Errors(c.problems)
	}
	return out, nil
}

// loadsArgument is the value of loads for a list of modules.
const loadsArgument = "modules argument"
