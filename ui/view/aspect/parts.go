package aspect

import (
	"strconv"
	"strings"

	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
)

// Places are the places that define an aspect. The items' IDs begin with id.
func Places(id, verb string, a *session.Aspect) []*outline.Item {
	out := make([]*outline.Item, len(a.Files))
	for i, f := range a.Files {
		line := widget.Line{widget.R(style.Muted, verb), widget.R(style.Link, f.At.String())}
		out[i] = placed(id+"defined "+strconv.Itoa(i), line, f.Condition, f.At)
		out[i].Link = view.At(f.At)
		out[i].Copy, out[i].What = f.At.String(), "the place"
	}
	return out
}

// Imports are what an aspect imports, in order. What the tree does not define
// leads to the place that imports it.
func Imports(env view.Env, id, verb string, a *session.Aspect) []*outline.Item {
	out := make([]*outline.Item, len(a.Imports))
	for i, im := range a.Imports {
		line := widget.Line{widget.R(style.Muted, verb)}
		to := view.At(im.At)
		name := im.Name
		switch im.Kind {
		case "aspect":
			name = Short(a.Class, im.Class, im.Name)
			line = append(line, widget.R(style.Link, name))
			to = view.ToAspect(im.Class, im.Name)
		case "unknown":
			line = append(line, widget.R(style.Unknown, env.Style.Glyphs.Unknown+" unknown: "+im.Why))
		case "module":
			line = append(line, widget.P(name))
		default:
			line = append(line, widget.P(name), widget.R(style.Muted, "  "+im.Kind))
		}
		out[i] = placed(id+"imports "+strconv.Itoa(i), line, im.Condition, im.At)
		out[i].Link, out[i].Copy = to, name
	}
	return out
}

// Users are the aspects that import an aspect.
func Users(id, verb string, a *session.Aspect) []*outline.Item {
	out := make([]*outline.Item, len(a.UsedBy))
	for i, u := range a.UsedBy {
		name := Short(a.Class, u.Class, u.Name)
		line := widget.Line{widget.R(style.Muted, verb), widget.R(style.Link, name)}
		out[i] = placed(id+"used by "+strconv.Itoa(i), line, "", u.At)
		out[i].Link, out[i].Copy = view.ToAspect(u.Class, u.Name), name
	}
	return out
}

// Short names an aspect beside one of class here: with its class only where
// that is another.
func Short(here, class fleet.Class, name string) string {
	if here == class || class == "" {
		return name
	}
	return view.AspectName(class, name)
}

// placed is an item with a condition and the place where it is written.
func placed(id string, line widget.Line, condition string, at fleet.Pos) *outline.Item {
	if condition != "" {
		line = append(line, widget.R(style.Warn, "  if "+condition))
	}
	it := &outline.Item{Node: widget.Node{ID: id, Line: line}, At: at}
	if place := at.String(); !strings.Contains(line.Text(), place) {
		it.Right = widget.Line{widget.R(style.Muted, place)}
	}
	return it
}
