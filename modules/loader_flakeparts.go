package modules

import "assay/modules/symbolic"

// isMkFlake recognises flake-parts' mkFlake and evalFlakeModule, which take a
// set of arguments and a module.
func isMkFlake(c *call) bool {
	return (c.last() == "mkFlake" || c.last() == "evalFlakeModule") && len(c.args()) == 2
}

func mkFlake(e *entry, c *call) {
	args := c.args()
	e.l.loader(Loader{Name: "flake-parts", At: c.Pos()})
	if set, ok := e.ev.Known(args[0].Force()).(*symbolic.Attrs); ok {
		e.specialArgs(set)
	}
	e.l.module(args[1].Force(), c.Pos(), e.file)
}

// isEvalModules recognises lib.evalModules.
func isEvalModules(c *call) bool { return c.last() == "evalModules" && len(c.args()) == 1 }

func evalModules(e *entry, c *call) {
	e.l.loader(Loader{Name: "lib.evalModules", At: c.Pos()})
	set, ok := e.ev.Known(c.args()[0].Force()).(*symbolic.Attrs)
	if !ok || set.Attr("modules") == nil {
		e.unknown(c.Place, "the modules of evalModules are not known")
		return
	}
	e.specialArgs(set)
	e.l.list(set.Attr("modules").V.Force(), c.Pos(), e.file)
}
