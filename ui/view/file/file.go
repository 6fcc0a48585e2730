// Package file is the view of one of the fleet's files, to be read: with
// numbers, search and wrapping, at a line that something led to. What is no
// text, or too much of it, is said to be.
//
// A View belongs to one goroutine, the console's.
package file

import (
	"strconv"
	"strings"
	"time"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// View shows a file.
type View struct {
	env   view.Env
	path  string
	line  int // to go to as soon as the file is there, from 1
	at    time.Time
	text  *widget.Text
	input *widget.Input
	shown content
	found int // lines that the search finds
	from  int // the line at which the search began, from 0
}

// New returns the view of the file that the link names, at its line.
func New(env view.Env, link view.Link) *View {
	v := &View{
		env: env, path: link.Name, line: link.Line,
		text: widget.NewText(env.Style), input: widget.NewInput(env.Style, "/", "text to look for"),
	}
	v.text.Numbers = true
	return v
}

// Scope is that of files.
func (v *View) Scope() action.Scope { return action.File }

// Title is the file's path.
func (v *View) Title() string { return v.path }

// Link leads to the line under the cursor.
func (v *View) Link() view.Link {
	return view.Link{Place: view.File, Name: v.path, Line: v.here()}
}

// here is the line under the cursor, or the one to go to, from 1.
func (v *View) here() int {
	if len(v.shown.lines) == 0 {
		return v.line
	}
	return v.text.Cursor() + 1
}

// Needs is the file.
func (v *View) Needs() []known.Need { return []known.Need{{Kind: known.File, Name: v.path}} }

// Input is the line on which a search is typed.
func (v *View) Input() *widget.Input { return v.input }

// Note says where the cursor is, and what the search finds.
func (v *View) Note() string {
	v.fill()
	if len(v.shown.lines) == 0 {
		return ""
	}
	note := "line " + strconv.Itoa(v.here()) + " of " + strconv.Itoa(len(v.shown.lines))
	if v.input.Value() != "" {
		note = word.Count(v.found, "line") + " found " + v.env.Style.Glyphs.Dot + " " + note
	}
	return note
}

// fill takes the file over when there is another answer.
func (v *View) fill() {
	l := v.env.Known.File(v.path)
	if !l.Has() {
		v.at, v.shown = time.Time{}, content{}
		return
	}
	if v.at.Equal(l.At) {
		return
	}
	cursor := v.here()
	v.at, v.shown = l.At, read(v.path, l.Value)
	v.text.SetLines(v.shown.lines)
	v.search()
	if cursor > 0 {
		v.text.GoTo(cursor - 1)
	}
}

// search looks for what is typed, from where the cursor is.
func (v *View) search() { v.found = v.text.Search(v.input.Value()) }

// Render draws h lines of w columns; the last one is the search's while there
// is one.
func (v *View) Render(w, h int) string {
	v.fill()
	if h <= 0 {
		return ""
	}
	if !v.input.Shown() || h == 1 {
		return v.body(w, h)
	}
	return v.body(w, h-1) + "\n" + v.input.Render(w)
}

func (v *View) body(w, h int) string {
	l := v.env.Known.File(v.path)
	switch {
	case !l.Has():
		return v.say(view.Loading(&l, v.path), w, h)
	case v.shown.why != "":
		return v.say([]widget.Line{
			{widget.R(style.Warn, v.env.Style.Glyphs.Warn+" "+v.path+" is not shown: "+v.shown.why)},
			{widget.P(v.env.Key(action.Edit) + " opens it in $EDITOR")},
		}, w, h)
	case len(v.shown.lines) == 0:
		return v.say([]widget.Line{{widget.R(style.Muted, v.path+" is empty")}}, w, h)
	}
	return v.text.Render(w, h)
}

// say draws lines, folded to the width.
func (v *View) say(lines []widget.Line, w, h int) string {
	return widget.Block(v.env.Style, view.Folded(lines, w), w, h)
}

// leads is where the line under the cursor leads: to the machine or the aspect
// that it declares.
func (v *View) leads() (view.Link, bool) {
	line := v.here()
	for i := range v.env.Known.Fleet.Machines {
		m := &v.env.Known.Fleet.Machines[i]
		if m.At.Line == line && m.At.File == v.path {
			return view.Link{Place: view.Machine, Name: m.Name}, true
		}
	}
	for _, a := range v.env.Known.Aspects.Value {
		for _, f := range a.Files {
			if f.At.Line == line && f.At.File == v.path {
				return view.ToAspect(a.Class, a.Name), true
			}
		}
	}
	return view.Link{}, false
}

// place is the line under the cursor as a place.
func (v *View) place() fleet.Pos { return fleet.Pos{File: v.path, Line: max(v.here(), 1)} }

// all is the file's text.
func (v *View) all() string {
	l := v.env.Known.File(v.path)
	return strings.ToValidUTF8(string(l.Value), "\uFFFD")
}
