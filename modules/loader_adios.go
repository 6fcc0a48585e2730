package modules

import (
	"slices"

	"assay/modules/symbolic"
)

// isAdiosFlake recognises mkFlake of Mic92/adios-flake, which takes one set.
func isAdiosFlake(c *call) bool {
	return c.last() == "mkFlake" && slices.Contains(c.path, "adios-flake") && len(c.args()) == 1
}

// adiosFlake enters what is the same on all systems: flake, a set or a function
// of { withSystem }. The modules beside it make what a flake has per system
// (packages, checks), never hosts or modules of them.
func adiosFlake(e *entry, c *call) {
	e.l.loader(Loader{Name: "adios-flake", At: c.Pos()})
	set, ok := e.ev.Known(c.args()[0].Force()).(*symbolic.Attrs)
	if !ok {
		e.unknown(c.Place, "the argument of mkFlake is not known")
		return
	}
	flake := set.Attr("flake")
	if flake == nil {
		if len(set.Rest) > 0 {
			e.unknown(c.Place, "the argument of mkFlake is not known")
		}
		return
	}
	v := e.ev.Known(flake.V.Force())
	if f, ok := v.(*symbolic.Func); ok {
		args := symbolic.NewAttrs(flake.At, map[string]symbolic.Value{
			"withSystem": &symbolic.Ref{Place: flake.At, Root: symbolic.Flake, Path: []string{"_module", "args", "withSystem"}},
		})
		v = e.ev.Apply(flake.At, f, args)
	}
	e.outputs(v, "")
}
