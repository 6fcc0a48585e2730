package modules

import (
	"maps"
	"slices"

	"assay/fleet"
	"assay/modules/symbolic"
)

// isAutoWire recognises the flake module autoWire of srid/nixos-unified (and of
// nixos-flake, as it was called), which makes outputs of directories.
func isAutoWire(c *call) bool {
	return c.last() == "autoWire" && len(c.steps) == 0 && len(c.path) > 1 && c.path[len(c.path)-2] == "flakeModules"
}

// autoWired are the directories that autoWire reads and what becomes of them.
var autoWired = []struct {
	dir, output string
	class       fleet.Class // of configurations; "" for modules
}{
	{"configurations/nixos", "nixosConfigurations", fleet.NixOS},
	{"configurations/darwin", "darwinConfigurations", fleet.Darwin},
	{"modules/nixos", "nixosModules", ""},
	{"modules/darwin", "darwinModules", ""},
	{"modules/home", "homeModules", ""},
	{"overlays", "overlays", ""},
}

const autoWiredHomes = "configurations/home"

func autoWire(o *opener, c *call) *Module {
	m := o.outputsModule(c, func() map[string]*symbolic.Attr { return o.autoWire(c.Place) })
	loader := Loader{Name: "nixos-unified", At: c.Pos(), Dirs: []string{autoWiredHomes}}
	for _, wired := range autoWired {
		loader.Dirs = append(loader.Dirs, wired.dir)
	}
	m.loaders = []Loader{loader}
	return m
}

func (o *opener) autoWire(at symbolic.Place) map[string]*symbolic.Attr {
	special := autoWireArgs(at)
	out := map[string]*symbolic.Attr{}
	for _, wired := range autoWired {
		attrs := map[string]*symbolic.Attr{}
		for name, file := range o.moduleFiles(wired.dir) {
			where := o.placeIn(file)
			var v symbolic.Value = &symbolic.Path{Place: where, Rel: file}
			switch {
			case wired.class != "":
				made := configuration{name: name, class: wired.class, at: where, modules: []symbolic.Value{v}, special: special}
				v = made.value()
			case wired.output == "overlays":
				v = o.ev.Apply(where, o.ev.Import(where, file), symbolic.NewAttrs(at, special))
			}
			attrs[name] = &symbolic.Attr{V: symbolic.Done(v), At: where}
		}
		if len(attrs) > 0 {
			out[wired.output] = &symbolic.Attr{V: symbolic.Done(symbolic.NewSet(at, attrs)), At: at}
		}
	}
	return out
}

// autoWireArgs are the arguments of all modules of autoWire: flake, with self,
// inputs and the flake's config.
func autoWireArgs(at symbolic.Place) map[string]symbolic.Value {
	return map[string]symbolic.Value{"flake": symbolic.NewAttrs(at, map[string]symbolic.Value{
		"self":   &symbolic.Ref{Place: at, Root: symbolic.Flake, Path: []string{"flake"}},
		"inputs": &symbolic.Ref{Place: at, Root: symbolic.Inputs},
		"config": &symbolic.Ref{Place: at, Root: symbolic.Flake},
	})}
}

// autoWiredHosts finds the standalone homes of autoWire, which are outputs per
// system (legacyPackages.SYSTEM.homeConfigurations) and have no system of their
// own.
func (r *reading) autoWiredHosts() []*Host {
	i := slices.IndexFunc(r.tree.Loaders, func(l Loader) bool { return l.Name == "nixos-unified" })
	if i < 0 {
		return nil
	}
	o := r.tree.opener(symbolic.Null{}, Arguments{})
	files := o.moduleFiles(autoWiredHomes)
	var out []*Host
	for _, name := range slices.Sorted(maps.Keys(files)) {
		at := fleet.Pos{File: files[name], Line: 1, Column: 1}
		out = append(out, &Host{
			Name: name, Class: fleet.HomeManager, At: at, Form: "nixos-unified",
			Modules: []HostModule{{Value: &symbolic.Path{Place: o.placeIn(files[name]), Rel: files[name]}, At: at}},
			Special: autoWireArgs(symbolic.Place{}),
		})
	}
	return out
}
