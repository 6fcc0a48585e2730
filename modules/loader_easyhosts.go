package modules

import (
	"path"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// isEasyHosts recognises the flake module of tgirlcloud/easy-hosts.
func isEasyHosts(c *call) bool {
	n := len(c.path)
	return len(c.steps) == 0 && (n == 2 || n == 3) && c.path[0] == "easy-hosts" &&
		(c.path[1] == "flakeModule" || c.path[1] == "flakeModules")
}

func easyHosts(o *opener, c *call) *Module {
	m := o.outputsModule(c, func() map[string]*symbolic.Attr {
		set, why := o.option(c.Place, "easy-hosts", "easyHosts")
		e := &easy{o: o, c: c, set: set}
		if why != "" {
			e.rest = append(e.rest, &symbolic.Unknown{Place: c.Place, Why: why})
		}
		if set != nil {
			e.hosts()
		}
		return configurations(c.Place, e.made, e.rest...)
	})
	m.loaders = []Loader{{Name: "easy-hosts", At: c.Pos()}}
	return m
}

// easy is the work of easy-hosts.
type easy struct {
	o    *opener
	c    *call
	set  *symbolic.Attrs // what the option easy-hosts comes to
	made []configuration
	rest []symbolic.Value
}

// hosts goes over the hosts that are written and, with autoConstruct, those
// that are directories.
func (e *easy) hosts() {
	hosts := e.o.set(e.set, "hosts")
	if hosts != nil {
		e.rest = append(e.rest, hosts.Rest...)
	}
	found := e.directories()
	if hosts != nil {
		for _, name := range hosts.Names() {
			a := hosts.Attr(name)
			host, ok := e.o.ev.Known(a.V.Force()).(*symbolic.Attrs)
			if !ok {
				e.rest = append(e.rest, &symbolic.Unknown{Place: a.At, Why: "what the host " + name + " is, is not known"})
				continue
			}
			at := slices.IndexFunc(found, func(d easyDir) bool { return d.name == name })
			dir := easyDir{name: name, arch: "x86_64", class: "nixos", at: a.At}
			if at >= 0 {
				dir = found[at]
				found = slices.Delete(found, at, at+1)
			}
			e.host(dir, host)
		}
	}
	for _, dir := range found {
		e.host(dir, nil)
	}
}

// easyDir is a host that is a directory.
type easyDir struct {
	name, arch, class, path string
	at                      symbolic.Place
}

// directories are the hosts of autoConstruct: PATH/SYSTEM/HOST, or PATH/HOST
// with onlySystem.
func (e *easy) directories() []easyDir {
	auto, ok := e.o.attr(e.set, "autoConstruct").(symbolic.Bool)
	if !ok || !auto.B {
		return nil
	}
	root, ok := treeRoot(orNull(e.o.attr(e.set, "path")))
	if !ok {
		e.rest = append(e.rest, &symbolic.Unknown{Place: e.c.Place, Why: "the directory that easy-hosts makes hosts of is not known"})
		return nil
	}
	only, known := e.o.text(e.set, "onlySystem", "")
	if known && only != "" {
		return e.directoriesOf(root, only)
	}
	var out []easyDir
	entries, _ := e.o.tree.src.Entries(root)
	for system, kind := range entries {
		if kind == "directory" {
			out = append(out, e.directoriesOf(path.Join(root, system), system)...)
		}
	}
	slices.SortFunc(out, func(a, b easyDir) int { return strings.Compare(a.name, b.name) })
	return out
}

func (e *easy) directoriesOf(dir, system string) []easyDir {
	arch, class, ok := strings.Cut(system, "-")
	if !ok {
		return nil
	}
	if class == "linux" {
		class = "nixos"
	}
	var out []easyDir
	entries, _ := e.o.tree.src.Entries(dir)
	for name := range entries {
		where := path.Join(dir, name)
		out = append(out, easyDir{name: name, arch: arch, class: class, path: where, at: e.o.placeIn(where)})
	}
	return out
}

// host makes one host: its path, its own modules, those of all, of its class,
// its architecture and its tags.
func (e *easy) host(dir easyDir, host *symbolic.Attrs) {
	class, knownClass := e.o.text(host, "class", dir.class)
	arch, knownArch := e.o.text(host, "arch", dir.arch)
	if !knownClass {
		e.rest = append(e.rest, &symbolic.Unknown{Place: dir.at, Why: "the class of the host " + dir.name + " is not known"})
		return
	}
	of, _ := e.o.text(e.o.set(e.set, "additionalClasses"), class, class)
	one := configuration{name: dir.name, class: fleet.NixOS, at: dir.at, system: arch + "-linux"}
	if of == "darwin" {
		one.class, one.system = fleet.Darwin, arch+"-darwin"
	}
	if !knownArch {
		one.system = ""
	}
	one.system, _ = e.o.text(host, "system", one.system)
	e.path(&one, dir, host)
	for _, from := range e.sources(host, class, arch, knownArch) {
		if v := e.o.attr(from, "modules"); v != nil {
			one.lists = append(one.lists, v)
		}
		if args := e.o.set(from, "specialArgs"); args != nil {
			for _, name := range args.Names() {
				if one.special == nil {
					one.special = map[string]symbolic.Value{}
				}
				one.special[name] = args.Attr(name).V.Force()
			}
		}
	}
	e.made = append(e.made, one)
}

// path enters the host's own file.
func (e *easy) path(one *configuration, dir easyDir, host *symbolic.Attrs) {
	v := e.o.attr(host, "path")
	_, none := v.(symbolic.Null)
	switch {
	case v != nil && !none:
		one.modules = append(one.modules, v)
		return
	case dir.path != "":
		one.modules = append(one.modules, &symbolic.Path{Place: dir.at, Rel: dir.path})
		return
	}
	for _, parent := range []string{"hosts", "systems"} {
		where := path.Join(parent, dir.name)
		if entries, err := e.o.tree.src.Entries(where); err == nil && entries["default.nix"] != "" {
			one.modules = append(one.modules, &symbolic.Path{Place: dir.at, Rel: path.Join(where, "default.nix")})
		}
	}
}

// sources are the sets that say what a host is made of.
func (e *easy) sources(host *symbolic.Attrs, class, arch string, knownArch bool) []*symbolic.Attrs {
	out := []*symbolic.Attrs{host, e.o.set(e.set, "shared")}
	of := func(option, word string) {
		fn := e.o.attr(e.set, option)
		if fn == nil {
			return
		}
		set, ok := e.o.ev.Known(e.o.ev.Apply(e.c.Place, fn, symbolic.Text(e.c.Place, word))).(*symbolic.Attrs)
		if !ok {
			why := &symbolic.Unknown{Place: fn.Where(), Why: option + " of " + word + " is not known"}
			set = symbolic.NewAttrs(fn.Where(), map[string]symbolic.Value{"modules": why})
		}
		out = append(out, set)
	}
	of("perClass", class)
	if knownArch {
		of("perArch", arch)
	}
	if tags, ok := e.o.attr(host, "tags").(*symbolic.List); ok {
		for _, item := range tags.Items {
			if s, ok := e.o.ev.Known(item.V.Force()).(*symbolic.String); ok {
				if tag, ok := s.Text(); ok {
					of("perTag", tag)
				}
			}
		}
	}
	return out
}
