package modules

import (
	"path"

	"assay/fleet"
	"assay/modules/symbolic"
)

// configuration is one that a flake module from outside of the flake makes of
// what the flake's options or files say.
type configuration struct {
	name    string
	class   fleet.Class
	system  string // "" where it is not known
	at      symbolic.Place
	modules []symbolic.Value
	lists   []symbolic.Value // further modules: values that are lists of them
	special map[string]symbolic.Value
}

// makers are the functions that make a configuration, by class.
var makers = map[fleet.Class][]string{
	fleet.NixOS:       {"nixpkgs", "lib", "nixosSystem"},
	fleet.Darwin:      {"nix-darwin", "lib", "darwinSystem"},
	fleet.HomeManager: {"home-manager", "lib", "homeManagerConfiguration"},
}

// value is the configuration as the call that makes it.
func (c *configuration) value() symbolic.Value {
	list := &symbolic.List{Place: c.at}
	for _, m := range c.modules {
		list.Items = append(list.Items, symbolic.Item{V: symbolic.Done(m), At: m.Where()})
	}
	for _, l := range c.lists {
		list.Items = append(list.Items, symbolic.Item{V: symbolic.Done(l), Rest: true})
	}
	args := map[string]symbolic.Value{"modules": list}
	if c.system != "" {
		args["system"] = symbolic.Text(c.at, c.system)
	}
	if len(c.special) > 0 {
		args["specialArgs"] = symbolic.NewAttrs(c.at, c.special)
	}
	maker := &symbolic.Ref{Place: c.at, Root: symbolic.Inputs, Path: makers[c.class]}
	return &symbolic.Call{Place: c.at, Fn: maker, Arg: symbolic.Done(symbolic.NewAttrs(c.at, args))}
}

// configurations are the outputs nixosConfigurations and the like; rest are
// values that are not known and may hold more of them.
func configurations(at symbolic.Place, made []configuration, rest ...symbolic.Value) map[string]*symbolic.Attr {
	out := map[string]*symbolic.Attr{}
	for _, o := range hostOutputs {
		attrs := map[string]*symbolic.Attr{}
		for i := range made {
			if c := &made[i]; c.class == o.class {
				attrs[c.name] = &symbolic.Attr{V: symbolic.Done(c.value()), At: c.at}
			}
		}
		if len(attrs) > 0 || len(rest) > 0 && o.class != fleet.HomeManager {
			out[o.name] = &symbolic.Attr{V: symbolic.Done(symbolic.NewSet(at, attrs, rest...)), At: at}
		}
	}
	return out
}

// classOf is the class of a system's configuration.
func classOf(system string) fleet.Class { return fleet.ClassOf(system) }

// outputsModule is a module of the flake that defines outputs, which are worked
// out when somebody asks for them.
func (o *opener) outputsModule(c *call, outputs func() map[string]*symbolic.Attr) *Module {
	later := o.ev.Later(func() symbolic.Value { return symbolic.NewSet(c.Place, outputs()) })
	set := symbolic.NewSet(c.Place, map[string]*symbolic.Attr{"flake": {V: later, At: c.Place}})
	return &Module{At: c.Pos(), Config: []Defined{{Value: set, At: c.Place}}}
}

// option is what an option of the flake comes to as a set; a function is a
// module of a submodule. nil where nothing is known, and why.
func (o *opener) option(at symbolic.Place, names ...string) (*symbolic.Attrs, string) {
	why := ""
	for _, name := range names {
		ref := &symbolic.Ref{Place: at, Root: symbolic.Flake, Path: []string{name}}
		v := o.ev.Known(ref)
		if f, ok := v.(*symbolic.Func); ok {
			v = o.ev.Known(o.ev.Apply(f.Where(), f, symbolic.FlakeModuleArgsWith(at, map[string]symbolic.Value{"config": ref})))
		}
		switch v := v.(type) {
		case *symbolic.Attrs:
			return v, ""
		case *symbolic.Ref: // nothing defines it
		default:
			why = orElse(why, symbolic.Why(v))
		}
	}
	return nil, why
}

// attr is an attribute that is known, or nil.
func (o *opener) attr(set *symbolic.Attrs, name string) symbolic.Value {
	if set == nil || set.Attr(name) == nil {
		return nil
	}
	return o.ev.Known(set.Attr(name).V.Force())
}

// set is an attribute that is a set, or nil.
func (o *opener) set(set *symbolic.Attrs, name string) *symbolic.Attrs {
	out, _ := o.attr(set, name).(*symbolic.Attrs)
	return out
}

// text is an attribute that is plain text. known is false for one that is
// there and is no such text.
func (o *opener) text(set *symbolic.Attrs, name, otherwise string) (text string, known bool) {
	v := o.attr(set, name)
	if v == nil {
		return otherwise, true
	}
	if s, ok := v.(*symbolic.String); ok {
		return s.Text()
	}
	return "", false
}

// placeIn is the beginning of a file that is a module, or the module in a
// directory.
func (o *opener) placeIn(name string) symbolic.Place {
	f, err := o.tree.src.Parsed(o.moduleFile(name))
	if err != nil {
		return symbolic.Place{}
	}
	return symbolic.Place{File: f}
}

// moduleFiles are the modules in a directory by name: NAME.nix, and NAME with a
// default.nix in it.
func (o *opener) moduleFiles(dir string) map[string]string {
	entries, err := o.tree.src.Entries(dir)
	if err != nil {
		return nil
	}
	out := map[string]string{}
	for name, kind := range entries {
		file := path.Join(dir, name)
		if kind == "directory" {
			if inside, err := o.tree.src.Entries(file); err == nil && inside["default.nix"] != "" {
				out[name] = path.Join(file, "default.nix")
			}
		} else if path.Ext(name) == ".nix" && kind == "regular" {
			out[name[:len(name)-len(".nix")]] = file
		}
	}
	return out
}
