package modules

import (
	"path"

	"assay/modules/symbolic"
)

// pinned are the directories in which tools keep a flake's inputs instead of
// flake.lock: a generated default.nix that returns them by name, beside a file
// that holds them.
var pinned = []struct{ dir, holds string }{
	{"npins", "sources.json"},
	{"nix", "sources.json"}, // of niv, with sources.nix
}

// pins makes inputs of what a pinning tool's file returns.
func (r *reading) pins() {
	for _, p := range pinned {
		entries, err := r.src.Entries(p.dir)
		if err != nil || entries[p.holds] == "" {
			continue
		}
		for _, file := range []string{"default.nix", "sources.nix"} {
			if entries[file] != "" && (p.dir == "npins" || file == "sources.nix") {
				r.tree.ev.Preset(path.Join(p.dir, file), &symbolic.Ref{Root: symbolic.Inputs})
			}
		}
	}
}

// isWithInputs recognises vic/with-inputs: a function of pinned sources, of what
// follows what, and of a flake's outputs.
func isWithInputs(c *call) bool { return c.last() == "with-inputs" && len(c.args()) == 3 }

func withInputs(e *entry, c *call) {
	e.l.loader(Loader{Name: "with-inputs", At: c.Pos()})
	e.outputs(e.ev.Apply(c.Place, e.ev.Known(c.args()[2].Force()), symbolic.OutputsArgs(c.Place, nil)), "")
}
