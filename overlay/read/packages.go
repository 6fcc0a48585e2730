package read

import (
	"io/fs"
	"path"
	"slices"

	"assay/fleet"
	"assay/modules/symbolic"
	"assay/overlay"
)

// fileOf is the file that a path names: of a directory its default.nix.
func fileOf(r *reader, name string) string {
	if info, err := fs.Stat(r.fsys, name); err == nil && info.IsDir() {
		return path.Join(name, "default.nix")
	}
	return name
}

// ownPackages is the packages of the flake itself, where an overlay takes them
// whole from perSystem: withSystem SYSTEM ({ config, ... }: config.packages),
// self.packages.SYSTEM. nil for anything else.
func (r *reader) ownPackages(v symbolic.Value, at fleet.Pos, condition string) *part {
	var without []string
	known := true
	for range 4 {
		fn, args := symbolic.Applied(v)
		p, ok := fn.(*symbolic.Prim)
		if !ok || p.Name != "removeAttrs" || len(args) != 2 {
			break
		}
		names, ok := r.texts(args[1].Force())
		known = known && ok
		without, v = append(without, names...), r.ev.Known(args[0].Force())
	}
	if c, ok := v.(*symbolic.Cond); ok { // config.packages or { }
		v = r.ev.Known(c.Then.Force())
	}
	ref, ok := v.(*symbolic.Ref)
	if !ok || !ownSet(ref) {
		return nil
	}
	p := r.perSystem(at, condition, without)
	if !known {
		p.open = append(p.open, overlay.Open{Why: "which packages are left out is not known", At: at})
	}
	return p
}

// ownSet reports whether a reference is the flake's packages for a system.
func ownSet(ref *symbolic.Ref) bool {
	p := ref.Path
	switch ref.Root {
	case symbolic.Arg:
		return len(p) == 3 && p[0] == "perSystem" && (p[1] == "config" || p[1] == "self'") && p[2] == "packages"
	case symbolic.Flake:
		return len(p) == 3 && p[0] == "flake" && p[1] == "packages"
	}
	return false
}

func (r *reader) texts(v symbolic.Value) ([]string, bool) {
	l, ok := r.ev.Known(v).(*symbolic.List)
	if !ok {
		return nil, false
	}
	var out []string
	for _, item := range l.Items {
		s, ok := r.ev.Known(item.V.Force()).(*symbolic.String)
		if item.Rest || !ok {
			return out, false
		}
		t, ok := s.Text()
		if !ok {
			return out, false
		}
		out = append(out, t)
	}
	return out, true
}

// perSystem is the packages that the flake's perSystem defines: its option
// packages, and the directories below pkgsDirectory.
func (r *reader) perSystem(at fleet.Pos, condition string, without []string) *part {
	p := &part{leaf: true, at: at, file: "packages"}
	keep := func(name string) bool {
		return !slices.Contains(without, name) && !slices.ContainsFunc(p.names, func(n attribute) bool { return n.name == name })
	}
	for _, d := range r.tree.Definitions("perSystem") {
		fn := d.Value
		if set, ok := fn.(*symbolic.Attrs); ok {
			r.module(p, set, keep, both(condition, d.Condition))
			continue
		}
		args := symbolic.NewSet(fn.Where(), map[string]*symbolic.Attr{
			"system": {V: symbolic.Done(symbolic.Text(fn.Where(), r.system))},
		}, &symbolic.Ref{Place: fn.Where(), Root: symbolic.Arg, Path: []string{"perSystem"}})
		switch made := r.ev.Known(r.ev.Apply(fn.Where(), fn, args)).(type) {
		case *symbolic.Attrs:
			r.module(p, made, keep, both(condition, d.Condition))
		default:
			p.open = append(p.open, overlay.Open{Why: "perSystem is not known: " + orElse(symbolic.Why(made), "it is no set"), At: d.At})
		}
	}
	return p
}

// module takes the packages of one definition of perSystem.
func (r *reader) module(p *part, set *symbolic.Attrs, keep func(string) bool, condition string) {
	r.ev.Begin()
	if c := set.Attr("config"); c != nil {
		if inner, ok := r.ev.Known(c.V.Force()).(*symbolic.Attrs); ok {
			set = inner
		}
	}
	if a := set.Attr("packages"); a != nil {
		r.packages(p, r.ev.Known(a.V.Force()), a.At, keep, condition)
	}
	if a := set.Attr("pkgsDirectory"); a != nil {
		separator := "/"
		if s := set.Attr("pkgsNameSeparator"); s != nil {
			if t, ok := r.ev.Known(s.V.Force()).(*symbolic.String); ok {
				separator, _ = t.Text()
			}
		}
		if dir, ok := r.ev.Known(a.V.Force()).(*symbolic.Path); ok {
			r.directory(p, dir.Rel, "", separator, keep, condition, 0)
		} else {
			p.open = append(p.open, overlay.Open{Why: "pkgsDirectory is not known", At: a.At.Pos()})
		}
	}
}

func (r *reader) packages(p *part, v symbolic.Value, at symbolic.Place, keep func(string) bool, condition string) {
	switch v := v.(type) {
	case *symbolic.Attrs:
		for _, name := range v.Names() {
			if a := v.Attr(name); keep(name) {
				p.names = append(p.names, attribute{name: name, v: &symbolic.Ref{Place: a.At, Root: symbolic.Flake, Path: []string{"flake", "packages", r.system, name}}, at: a.At, condition: condition})
			}
		}
		for _, rest := range v.Rest {
			r.packages(p, r.ev.Known(rest), at, keep, condition)
		}
	case *symbolic.Wrap:
		if v.Kind == symbolic.MkIf {
			condition = both(condition, text(v.If.Force()))
		}
		r.packages(p, r.ev.Known(v.Body.Force()), at, keep, condition)
	case *symbolic.List: // of mkMerge
		for _, item := range v.Items {
			r.packages(p, r.ev.Known(item.V.Force()), at, keep, condition)
		}
	case *symbolic.Cond:
		r.packages(p, r.ev.Known(v.Then.Force()), at, keep, both(condition, text(v.If)))
		r.packages(p, r.ev.Known(v.Else.Force()), at, keep, both(condition, "!("+text(v.If)+")"))
	default:
		p.open = append(p.open, overlay.Open{Why: "perSystem's packages are not known: " + orElse(symbolic.Why(v), "they are no set"), At: at.Pos()})
	}
}

// maxDirectories bounds how deep packages are looked for.
const maxDirectories = 16

// directory finds packages as packagesFromDirectoryRecursive does: a directory
// with package.nix is one, a file of Nix is one, and names of directories
// around them come before theirs.
func (r *reader) directory(p *part, dir, prefix, separator string, keep func(string) bool, condition string, depth int) {
	entries, err := fs.ReadDir(r.fsys, dir)
	if err != nil || depth > maxDirectories {
		p.open = append(p.open, overlay.Open{Why: "cannot read the packages in " + dir, At: fleet.Pos{File: dir}})
		return
	}
	add := func(name, file string) {
		if keep(name) {
			p.names = append(p.names, attribute{name: name, condition: condition, pkgs: overlay.PkgsPerSystem, byName: &overlay.ByName{Name: name, File: file}})
		}
	}
	for _, e := range entries {
		at := path.Join(dir, e.Name())
		if !e.IsDir() {
			if name, ok := cutNix(e.Name()); ok {
				add(prefix+name, at)
			}
			continue
		}
		if _, err := fs.Stat(r.fsys, path.Join(at, "package.nix")); err == nil {
			add(prefix+e.Name(), path.Join(at, "package.nix"))
			continue
		}
		r.directory(p, at, prefix+e.Name()+separator, separator, keep, condition, depth+1)
	}
}

func cutNix(name string) (string, bool) {
	if len(name) > 4 && name[len(name)-4:] == ".nix" {
		return name[:len(name)-4], true
	}
	return "", false
}
