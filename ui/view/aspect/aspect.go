// Package aspect is the view of one aspect: where it is defined, what it
// imports and what imports it, which machines and homes get it and by which
// way. Everything that it names leads there.
//
// A View belongs to one goroutine, the console's.
package aspect

import (
	"strings"
	"time"

	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// View shows one aspect.
type View struct {
	env   view.Env
	link  view.Link
	class fleet.Class
	name  string
	out   *outline.Outline
	shown *session.Aspect // nil where the tree has no such aspect
	at    time.Time       // of the answer that is shown
	empty []widget.Line   // why there is nothing to see

	doubt  Doubt
	unsure bool // what is shown was made with doubt
}

// New returns the view of the aspect that the link names: "nixos/base".
func New(env view.Env, link view.Link) *View {
	class, name, _ := strings.Cut(link.Name, "/")
	return &View{env: env, link: link, class: fleet.Class(class), name: name, out: outline.New(env, "line")}
}

// Scope is that of one aspect.
func (v *View) Scope() action.Scope { return action.Aspect }

// Title is the aspect with its class, where that is known.
func (v *View) Title() string { return strings.TrimPrefix(v.link.Name, "/") }

// Link is the one that the view was made with.
func (v *View) Link() view.Link { return v.link }

// Needs are the tree's aspects.
func (v *View) Needs() []known.Need { return []known.Need{{Kind: known.Aspects}} }

// Input is the line on which the filter is typed.
func (v *View) Input() *widget.Input { return v.out.Input() }

// Note counts what there is to see.
func (v *View) Note() string {
	v.fill()
	if v.shown == nil {
		return ""
	}
	gets := who(v.shown)
	if Unused(v.shown) {
		gets = "unused"
	}
	return v.out.Note(word.Count(len(v.shown.Files), "place") + " " + v.env.Style.Glyphs.Dot + " " + gets)
}

// Render draws h lines of w columns.
func (v *View) Render(w, h int) string {
	v.fill()
	v.out.Empty(view.Folded(v.empty, w))
	return v.out.Render(w, h)
}

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.fill()
	if in.ID == action.Refresh {
		return []view.Ask{view.Again{Needs: v.Needs()}}
	}
	asked, _ := v.out.Do(in)
	return asked
}

// Click puts the cursor on a line; a second click opens it.
func (v *View) Click(x, y int) []view.Ask { return v.out.Click(x, y) }

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	v.fill()
	return v.out.Disabled(id)
}

// fill makes the lines anew when there is another answer.
func (v *View) fill() {
	l := &v.env.Known.Aspects
	if !l.Has() {
		v.empty = view.Loading(l, "the aspects")
		if !v.at.IsZero() {
			v.at, v.shown = time.Time{}, nil
			v.out.Set(nil)
		}
		return
	}
	doubt := v.doubt.Of(v.env.Known)
	if v.at.Equal(l.At) && v.unsure == doubt {
		return
	}
	v.unsure = doubt
	v.at, v.shown = l.At, find(l.Value, v.class, v.name)
	if v.shown == nil {
		v.empty = v.missing(l.Value)
		v.out.Set(nil)
		return
	}
	v.out.Set(v.items(l.Value))
}

func find(aspects []session.Aspect, class fleet.Class, name string) *session.Aspect {
	for i := range aspects {
		if aspects[i].Class == class && aspects[i].Name == name {
			return &aspects[i]
		}
	}
	return nil
}

// missing says that there is no such aspect, and what may have been meant.
func (v *View) missing(aspects []session.Aspect) []widget.Line {
	names := make([]string, len(aspects))
	for i, a := range aspects {
		names[i] = view.AspectName(a.Class, a.Name)
	}
	lines := []widget.Line{{widget.R(style.Fail, "the tree defines no aspect "+v.Title())}}
	if near := fleet.Nearest(v.link.Name, names); near != "" {
		lines = append(lines, widget.Line{widget.P("did you mean " + near + "?")})
	}
	return append(lines, widget.Line{widget.P(v.env.Key(action.ToAspects) + " lists all of them")})
}
