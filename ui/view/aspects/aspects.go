// Package aspects is the view of the tree of aspects, in one of two orders: by
// class and name, or by the directories and files that define them. It shows
// who gets each, and what is used by nobody.
//
// A View belongs to one goroutine, the console's.
package aspects

import (
	"strconv"
	"time"

	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/aspect"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// byFile is the Sub of links to the order by files.
const byFile = "files"

// width is what there is room for beside an aspect.
type width uint8

const (
	usual  width = iota // machines, and how many places
	narrow              // how many machines
	roomy               // machines and places
)

func widthOf(columns int) width {
	switch {
	case columns >= 120:
		return roomy
	case columns < 76:
		return narrow
	}
	return usual
}

// View shows the tree of aspects.
type View struct {
	env    view.Env
	out    *outline.Outline
	files  bool  // the order
	width  width // of the last Render
	drawn  drawn
	unused int
	empty  []widget.Line // why there is nothing to see
	doubt  aspect.Doubt
}

// drawn is what the lines depend on.
type drawn struct {
	at    time.Time
	files bool
	width width
	doubt bool
}

// New returns the view. The link's Name is an aspect to begin at, such as
// "nixos/base"; its Sub "files" is the order by files.
func New(env view.Env, link view.Link) *View {
	v := &View{env: env, files: link.Sub == byFile, out: outline.New(env, "aspect")}
	if link.Name != "" {
		v.out.Reveal("aspect " + link.Name)
	}
	return v
}

// Scope is that of the tree of aspects.
func (v *View) Scope() action.Scope { return action.Aspects }

// Title is the view's name.
func (v *View) Title() string { return "aspects" }

// Link leads to the view in its order, at the aspect under the cursor.
func (v *View) Link() view.Link {
	l := view.Link{Place: view.Aspects}
	if v.files {
		l.Sub = byFile
	}
	if it := v.out.Cursor(); it != nil && it.Link.Place == view.Aspect {
		l.Name = it.Link.Name
	}
	return l
}

// Needs are the tree's aspects.
func (v *View) Needs() []known.Need { return []known.Need{{Kind: known.Aspects}} }

// Input is the line on which the filter is typed.
func (v *View) Input() *widget.Input { return v.out.Input() }

// Note says the order, and how many aspects there are.
func (v *View) Note() string {
	v.fill()
	order, l, dot := "by class", &v.env.Known.Aspects, " "+v.env.Style.Glyphs.Dot+" "
	if v.files {
		order = "by file"
	}
	switch {
	case !l.Has():
		return order
	case v.out.Filtered():
		return v.out.Note(order + dot + strconv.Itoa(v.out.Found()) + " of " + strconv.Itoa(v.out.Total()))
	case v.unused > 0:
		return v.out.Note(order + dot + word.Count(len(l.Value), "aspect") + dot + strconv.Itoa(v.unused) + " unused")
	}
	return v.out.Note(order + dot + word.Count(len(l.Value), "aspect"))
}

// Render draws h lines of w columns.
func (v *View) Render(w, h int) string {
	v.width = widthOf(w)
	v.fill()
	v.out.Empty(view.Folded(v.empty, w))
	return v.out.Render(w, h)
}

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.fill()
	switch in.ID {
	case action.Refresh:
		return []view.Ask{view.Again{Needs: v.Needs()}}
	case action.NextTab, action.PrevTab:
		v.turn()
		return nil
	}
	asked, _ := v.out.Do(in)
	return asked
}

// turn changes the order and stays at the aspect.
func (v *View) turn() {
	at := v.Link().Name
	v.files = !v.files
	v.fill()
	if at != "" {
		v.out.Reveal("aspect " + at)
	}
}

// Click puts the cursor on a line; a second click opens it.
func (v *View) Click(x, y int) []view.Ask { return v.out.Click(x, y) }

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	v.fill()
	return v.out.Disabled(id)
}

// fill makes the lines anew when there is another answer, or another order.
func (v *View) fill() {
	l := &v.env.Known.Aspects
	if !l.Has() {
		v.empty = view.Loading(l, "the aspects")
		if !v.drawn.at.IsZero() {
			v.drawn = drawn{}
			v.out.Set(nil)
		}
		return
	}
	want := drawn{at: l.At, files: v.files, width: v.width, doubt: v.doubt.Of(v.env.Known)}
	if v.drawn == want {
		return
	}
	v.drawn, v.unused = want, countUnused(l.Value)
	v.empty = empty(v.env)
	m := newMaker(v.env, want, l.Value)
	if v.files {
		v.out.Set(m.byFile(l.Value))
	} else {
		v.out.Set(m.byClass(l.Value))
	}
}

func countUnused(all []session.Aspect) int {
	n := 0
	for i := range all {
		if aspect.Unused(&all[i]) {
			n++
		}
	}
	return n
}

// empty says what a tree without aspects is missing.
func empty(env view.Env) []widget.Line {
	if env.Known.Adopted {
		return []widget.Line{
			{widget.P("no aspect is seen in the files of this flake")},
			{widget.P("an aspect is a module under a name: of flake.modules, flake.nixosModules or another option that holds modules")},
			{widget.P("files that machines import themselves are at each machine's imports; " + env.Key(action.ToMachines) + " shows the machines")},
			{widget.P(env.Key(action.ToChecks) + " shows what could not be read")},
		}
	}
	return []widget.Line{
		{widget.P("the tree defines no aspect yet")},
		{widget.P("an aspect is a member of flake.modules in a file below " + env.Known.Fleet.Sources.Modules)},
		{widget.P(env.Key(action.ToChecks) + " shows what could not be read")},
	}
}
