package modules

import "assay/modules/symbolic"

// isImportApply recognises importApply of flake-parts and of nixpkgs'
// lib.modules: a file that is a function of arguments and returns a module.
func isImportApply(c *call) bool { return c.last() == "importApply" && len(c.args()) == 2 }

func loadImportApply(o *opener, c *call) *Module {
	args := c.args()
	file := o.ev.Known(args[0].Force())
	name, ok := treeRoot(file)
	if !ok {
		return &Module{At: c.Pos(), Imports: []Import{{At: c.Pos(), Foreign: orElse(c.Source(), "a computed module")}}}
	}
	v := o.ev.Apply(c.Place, o.ev.Import(c.Place, name), args[1].Force())
	if u, ok := v.(*symbolic.Unknown); ok {
		return &Module{At: c.Pos(), Imports: []Import{{At: c.Pos(), Why: u.Why, Fault: u.Fault}}}
	}
	return o.open(v)
}
