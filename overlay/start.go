package overlay

import (
	"errors"
	"io/fs"
	"slices"

	"assay/fleet"
	"assay/modules/syntax"
)

// Start is what an override's file starts from, as far as its text tells.
// The file is a function of one attribute set that has final and prev.
type Start struct {
	Prev     bool     // it mentions prev's package of its name
	Channels []string // it mentions that package of these channels: names below final or prev, sorted
	Others   []string // packages of other names that it takes from prev, sorted; channels are not among them
	Renewed  bool     // it may change the version: some attribute that it sets is called so
	Unclear  bool     // it uses prev or final in a way that the text does not settle
}

// BuildsOn reports whether the override uses the package that the layers
// before it define.
func (s Start) BuildsOn() fleet.Truth {
	switch {
	case s.Prev:
		return fleet.True
	case s.Unclear:
		return fleet.Unknown
	}
	return fleet.False
}

// OverrideFile is the use of a file as the override of a package.
type OverrideFile struct{ Package, File string }

// ReadStart reads the file of an override of pkg. The channels are the names
// below pkgs that channels have. The error is a *syntax.Error.
func ReadStart(name string, src []byte, pkg string, channels []string) (Start, error) {
	f, err := syntax.Parse(name, src)
	if err != nil {
		return Start{}, err
	}
	fn, ok := syntax.Unparen(f.Root).(*syntax.Lambda)
	if !ok || fn.Pattern == nil {
		return Start{Unclear: true}, nil
	}
	r := startReader{pkg: pkg, channels: channels}
	sets := []string{"final", "prev"}
	if fn.Arg != nil { // the whole argument: everything can come out of it
		sets = append(sets, fn.Arg.Name)
	}
	r.visit(fn.Body, sets)
	for i := range fn.Pattern.Formals {
		if d := fn.Pattern.Formals[i].Default; d != nil {
			r.visit(d, sets)
		}
	}
	for _, list := range []*[]string{&r.start.Channels, &r.start.Others} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return r.start, nil
}

type startReader struct {
	pkg      string
	channels []string
	start    Start
}

// visit looks for uses of the sets, the names in scope that hold package
// sets. An inner function hides those of its own arguments.
func (r *startReader) visit(n syntax.Node, sets []string) {
	switch n := n.(type) {
	case *syntax.Ident:
		if slices.Contains(sets, n.Name) {
			r.start.Unclear = true
		}
		return
	case *syntax.Select:
		if id, ok := syntax.Unparen(n.X).(*syntax.Ident); ok && slices.Contains(sets, id.Name) {
			r.selected(id.Name, n.Path)
			for i := range n.Path {
				r.visit(&n.Path[i], sets)
			}
			if n.Default != nil {
				r.visit(n.Default, sets)
			}
			return
		}
	case *syntax.Inherit:
		if r.inherited(n, sets) {
			return
		}
	case *syntax.HasAttr:
		if _, ok := syntax.Unparen(n.X).(*syntax.Ident); ok {
			return // whether a set has a package says nothing about its use
		}
	case *syntax.Assign:
		if slices.Contains(sets, n.Path[0].Name) {
			r.start.Unclear = true // may hide the set
		}
		r.start.Renewed = r.start.Renewed || n.Path[len(n.Path)-1].Name == "version"
	case *syntax.Lambda:
		sets = without(sets, n)
	}
	syntax.Children(n, func(c syntax.Node) { r.visit(c, sets) })
}

// without is the sets that an inner function's arguments do not hide.
func without(sets []string, fn *syntax.Lambda) []string {
	return slices.DeleteFunc(slices.Clone(sets), func(name string) bool {
		return fn.Arg != nil && fn.Arg.Name == name ||
			fn.Pattern != nil && slices.ContainsFunc(fn.Pattern.Formals, func(f syntax.Formal) bool { return f.Name == name })
	})
}

// selected takes in set.a.b.
func (r *startReader) selected(set string, path []syntax.AttrName) {
	first := &path[0]
	switch {
	case set != "final" && set != "prev", !first.Static():
		r.start.Unclear = true
	case first.Name == r.pkg && set == "prev":
		r.start.Prev = true
	case slices.Contains(r.channels, first.Name):
		if len(path) == 1 || !path[1].Static() {
			r.start.Unclear = true
		} else if path[1].Name == r.pkg {
			r.start.Channels = append(r.start.Channels, first.Name)
		}
	case set == "prev":
		r.start.Others = append(r.start.Others, first.Name)
	}
}

// inherited takes in inherit (set) a b and inherit (set.channel) a b.
func (r *startReader) inherited(n *syntax.Inherit, sets []string) bool {
	for i := range n.Names {
		if slices.Contains(sets, n.Names[i].Name) {
			r.start.Unclear = true // hands the set on, or hides it
		}
		r.start.Renewed = r.start.Renewed || n.Names[i].Name == "version"
	}
	if n.From == nil {
		return true
	}
	var path []syntax.AttrName
	from := syntax.Unparen(n.From)
	if s, ok := from.(*syntax.Select); ok && s.Default == nil {
		from, path = syntax.Unparen(s.X), s.Path
	}
	id, ok := from.(*syntax.Ident)
	if !ok || !slices.Contains(sets, id.Name) {
		return false
	}
	for _, name := range n.Names {
		r.selected(id.Name, append(slices.Clone(path), name))
	}
	return true
}

// readStarts reads the files of a fleet's overrides.
func readStarts(fsys fs.FS, f *fleet.Fleet) (map[OverrideFile]Start, []fleet.Problem) {
	var channels []string
	for _, c := range f.Channels {
		channels = append(channels, aliasOf(c))
	}
	starts := make(map[OverrideFile]Start)
	var ps []fleet.Problem
	for _, o := range f.Overlay.Overrides {
		src, err := fs.ReadFile(fsys, o.File)
		if err != nil {
			ps = append(ps, fleet.Problem{At: o.At, Severity: fleet.Error, Text: "override of " + o.Package + ": " + o.File + ": " + cause(err).Error(),
				Hint: "the path is relative to fleet.toml"})
			continue
		}
		start, err := ReadStart(o.File, src, o.Package, channels)
		if bad, ok := errors.AsType[*syntax.Error](err); ok {
			at := fleet.Pos{File: bad.File, Line: bad.Line, Column: bad.Column}
			ps = append(ps, fleet.Problem{At: at, Severity: fleet.Error, Text: syntaxText(bad), Hint: bad.Hint})
			start.Unclear = true
		}
		starts[OverrideFile{o.Package, o.File}] = start
	}
	return starts, ps
}

// syntaxText is a syntax error without its place and hint.
func syntaxText(e *syntax.Error) string {
	c := *e
	c.Hint = ""
	return c.Error()[len(e.Position.String())+len(": "):]
}
