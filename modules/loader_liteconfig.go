package modules

import (
	"path"

	"assay/modules/symbolic"
)

// isLiteConfig recognises the flake module of yelite/lite-config (and of
// lite-system, as it was called).
func isLiteConfig(c *call) bool {
	n := len(c.path)
	return n == 2 && len(c.steps) == 0 && (c.path[0] == "lite-config" || c.path[0] == "lite-system") && c.path[1] == "flakeModule"
}

func liteConfig(o *opener, c *call) *Module {
	m := o.outputsModule(c, func() map[string]*symbolic.Attr { return o.liteHosts(c) })
	m.loaders = []Loader{{Name: "lite-config", At: c.Pos()}}
	return m
}

// liteHosts are the configurations of lite-config.hosts: each of the module of
// its name in hostModuleDir, or of its own hostModule, and those of all.
func (o *opener) liteHosts(c *call) map[string]*symbolic.Attr {
	set, why := o.option(c.Place, "lite-config", "lite-system")
	hosts := o.set(set, "hosts")
	if hosts == nil {
		if why != "" {
			return configurations(c.Place, nil, &symbolic.Unknown{Place: c.Place, Why: why})
		}
		return nil
	}
	dir, inTree := treeRoot(orNull(o.attr(set, "hostModuleDir")))
	var made []configuration
	rest := hosts.Rest
	for _, name := range hosts.Names() {
		a := hosts.Attr(name)
		host, _ := o.ev.Known(a.V.Force()).(*symbolic.Attrs)
		system, known := o.text(host, "system", "")
		if host == nil || !known || system == "" {
			rest = append(rest, &symbolic.Unknown{Place: a.At, Why: "the system of the host " + name + " is not known, and its class follows from it"})
			continue
		}
		one := configuration{name: name, class: classOf(system), system: system, at: a.At, special: map[string]symbolic.Value{
			"inputs": &symbolic.Ref{Place: c.Place, Root: symbolic.Inputs},
		}}
		one.special["hostPlatform"] = o.ev.Select(c.Place, o.ev.Select(c.Place, &symbolic.Ref{Place: c.Place, Root: symbolic.Pkgs, System: system}, "stdenv"), "hostPlatform")
		module := o.attr(host, "hostModule")
		_, none := module.(symbolic.Null)
		switch {
		case module != nil && !none:
			one.modules = append(one.modules, module)
		case inTree:
			one.modules = append(one.modules, &symbolic.Path{Place: a.At, Rel: path.Join(dir, name)})
		default:
			one.lists = append(one.lists, &symbolic.Unknown{Place: a.At, Why: "hostModuleDir is not known"})
		}
		if v := o.attr(set, "systemModule"); v != nil {
			one.modules = append(one.modules, v)
		}
		if v := o.attr(set, "systemModules"); v != nil {
			one.lists = append(one.lists, v)
		}
		made = append(made, one)
	}
	return configurations(c.Place, made, rest...)
}

func orNull(v symbolic.Value) symbolic.Value {
	if v == nil {
		return symbolic.Null{}
	}
	return v
}
