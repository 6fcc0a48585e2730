package modules

import (
	"slices"

	"assay/fleet"
	"assay/modules/symbolic"
)

// adapter says what a function from outside of the flake loads.
//
// A new one is a value in adapters and a file loader_NAME.go. match looks at
// the call: the function by its reference, with the attributes and arguments
// that follow it. load returns the module that the call stands for; outputs,
// for functions that make a flake's outputs, enters their modules instead.
// Neither may evaluate more than it needs, and what they do not understand is
// an Import with Why, never left out. module is for a reference that is itself
// a module from outside of the flake which reads the flake's files: what it
// defines. A Rule is an adapter as data; those of the user come first.
type adapter struct {
	name    string
	match   func(*call) bool
	load    func(*opener, *call) *Module
	outputs func(*entry, *call)
	module  func(*opener, *call) *Module
}

// adapters are the loaders that are known, asked in order.
func adapters() []adapter {
	return []adapter{
		{name: "import-tree", match: isImportTree, load: loadImportTree},
		{name: "importApply", match: isImportApply, load: loadImportApply},
		{name: "flocken", match: isFlocken, load: loadFlocken},
		{name: "den.namespace", match: isDenNamespace, load: loadDenNamespace},
		{name: "nixos-unified", match: isAutoWire, module: autoWire},
		{name: "lite-config", match: isLiteConfig, module: liteConfig},
		{name: "easy-hosts", match: isEasyHosts, module: easyHosts},
		{name: "with-inputs", match: isWithInputs, outputs: withInputs},
		{name: "adios-flake", match: isAdiosFlake, outputs: adiosFlake},
		{name: "flake-parts", match: isMkFlake, outputs: mkFlake},
		{name: "lib.evalModules", match: isEvalModules, outputs: evalModules},
	}
}

// call is a call of something that the flake does not define, or an attribute
// of one: a reference and what is done with it.
type call struct {
	symbolic.Place
	root  symbolic.Value // a Ref, or an import of one
	path  []string       // of the reference
	steps []step
}

// step is an argument, or an attribute that is taken.
type step struct {
	name string
	arg  *symbolic.Thunk // nil for an attribute
}

// callOf takes a value apart; nil for one that is neither a reference nor a
// call of one.
func callOf(ev *symbolic.Evaluator, v symbolic.Value) *call {
	c := &call{Place: v.Where()}
	for range maxNesting {
		if of, name, ok := symbolic.Selection(v); ok {
			c.steps = append(c.steps, step{name: name})
			v = ev.Known(of)
			continue
		}
		switch x := v.(type) {
		case *symbolic.Ref:
			c.root, c.path = x, x.Path
			slices.Reverse(c.steps)
			return c
		case *symbolic.Call:
			if p, ok := x.Fn.(*symbolic.Prim); ok {
				if p.Name != "import" {
					return nil
				}
				r, ok := ev.Known(x.Arg.Force()).(*symbolic.Ref)
				if !ok {
					return nil
				}
				c.root, c.path = r, r.Path
				slices.Reverse(c.steps)
				return c
			}
			c.steps = append(c.steps, step{arg: x.Arg})
			v = ev.Known(x.Fn)
			continue
		}
		return nil
	}
	return nil
}

// last is the last name of the reference, "" where there is none.
func (c *call) last() string {
	if len(c.path) == 0 {
		return ""
	}
	return c.path[len(c.path)-1]
}

// args are the arguments in order, up to the first attribute.
func (c *call) args() []*symbolic.Thunk {
	var out []*symbolic.Thunk
	for _, s := range c.steps {
		if s.arg == nil {
			break
		}
		out = append(out, s.arg)
	}
	return out
}

// adapterFor returns the call that a value is and the adapter for it, or nil.
func (t *Tree) adapterFor(v symbolic.Value) (*call, *adapter) {
	c := callOf(t.ev, v)
	if c == nil {
		return nil, nil
	}
	for i := range t.adapters {
		if t.adapters[i].match(c) {
			return c, &t.adapters[i]
		}
	}
	return nil, nil
}

// loadedModule is the module that a call of a loader stands for, or nil.
func (o *opener) loadedModule(v symbolic.Value) *Module {
	c, a := o.tree.adapterFor(v)
	if a == nil || a.load == nil {
		return nil
	}
	return a.load(o, c)
}

// definedBy is what a module from outside of the flake that is known by its
// reference defines, or nil.
func (o *opener) definedBy(r *symbolic.Ref) *Module {
	if r.Root != symbolic.Inputs || o.rd == nil {
		return nil
	}
	c, a := o.tree.adapterFor(r)
	if a == nil || a.module == nil {
		return nil
	}
	return a.module(o, c)
}

// loaded enters a list of modules that a call makes.
func (o *opener) loaded(m *Module, v *symbolic.Call, at fleet.Pos, condition string) {
	inner := o.loadedModule(v)
	if inner == nil {
		m.Imports = append(m.Imports, Import{At: at, Why: orElse(symbolic.Why(v), "it is not a list"), Condition: condition})
		return
	}
	m.loaders = append(m.loaders, inner.loaders...)
	for _, i := range inner.Imports {
		i.Condition = both(condition, i.Condition)
		m.Imports = append(m.Imports, i)
	}
}

// known is what a value comes to where a module is needed. A member of a
// registry stays one.
func (o *opener) known(v symbolic.Value) symbolic.Value {
	if r, ok := v.(*symbolic.Ref); ok {
		if _, _, member := o.member(r); member {
			return v
		}
	}
	return o.ev.Known(v)
}

// member is the aspect that a reference means.
func (o *opener) member(r *symbolic.Ref) (class, name string, ok bool) {
	registries := wellKnown
	if o.rd != nil {
		registries = o.rd.registries
	} else if o.tree.Registries != nil {
		registries = o.tree.Registries
	}
	c, name, ok := o.tree.named(registries, r)
	return string(c), name, ok
}

func (o *opener) moduleFile(name string) string {
	return o.tree.src.moduleFile(name)
}
