// Package checks is the view of what is wrong with the fleet as far as that
// can be told without touching a host: errors first, each with its place and
// what to do about it.
//
// A View belongs to one goroutine, the console's.
package checks

import (
	"fmt"
	"strings"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// View is the table of problems.
type View struct {
	env   view.Env
	table *widget.Table
	input *widget.Input
	list  list
	only  bool // errors only
	top   int  // lines of the last Render above the table
	below int  // line of the last Render where the table ends
}

// New returns the view. The link's Sub is what to filter by.
func New(env view.Env, link view.Link) *View {
	v := &View{
		env:   env,
		table: widget.NewTable(env.Style, columns),
		input: widget.NewInput(env.Style, "/", "a word of the text, the hint or the place"),
		list:  list{st: env.Style, known: env.Known},
	}
	v.input.SetValue(link.Sub)
	return v
}

// The columns.
const (
	colSeverity = "severity"
	colPlace    = "place"
	colText     = "text"
)

var columns = []widget.Column{
	{ID: colSeverity, Title: "SEVERITY", Min: 9, Ideal: 9},
	{ID: colPlace, Title: "PLACE", Min: 8},
	{ID: colText, Title: "WHAT IS WRONG", Min: 20, Flex: true},
}

// Scope is that of the view's own actions.
func (v *View) Scope() action.Scope { return action.Checks }

// Title is the view's name.
func (v *View) Title() string { return "checks" }

// Note counts the problems.
func (v *View) Note() string {
	v.refresh()
	if !v.list.loaded() {
		return ""
	}
	dot := " " + v.env.Style.Glyphs.Dot + " "
	text := word.Count(v.list.errors, "error") + dot + word.Count(len(v.list.all)-v.list.errors, "warning")
	if n := v.list.Len(); n != len(v.list.all) {
		text = fmt.Sprintf("%d of %d shown%s%s", n, len(v.list.all), dot, text)
	}
	if at := v.table.Position(); at != "" {
		text += dot + at
	}
	return text
}

// Needs are the problems; the rest is for telling what was looked at.
func (v *View) Needs() []known.Need {
	return []known.Need{{Kind: known.Problems}, {Kind: known.Aspects}, {Kind: known.Stack}}
}

// Link leads back to the view as it is filtered.
func (v *View) Link() view.Link { return view.Link{Place: view.Checks, Sub: v.input.Value()} }

// Input is the filter.
func (v *View) Input() *widget.Input { return v.input }

// refresh brings the rows up to what is known and filtered.
func (v *View) refresh() {
	column, reverse := v.table.Sort()
	if v.list.update(showing{v.input.Value(), v.only, column, reverse}) {
		v.table.SetRows(&v.list)
	}
}

// Render draws the table, the whole text of the problem under the cursor, and
// the filter where there is one.
func (v *View) Render(w, h int) string {
	v.refresh()
	head := v.head(w)
	var foot []string
	if v.input.Shown() {
		foot = append(foot, v.input.Render(w))
	}
	v.top, v.below = len(head), 0
	room := h - len(head) - len(foot)
	if room < 1 {
		return widget.Fit(append(foot, head...), w, h)
	}
	return widget.Fit(append(append(head, v.body(w, room)...), foot...), w, h)
}

// body draws h lines: why there are no rows, or the table with the problem
// under the cursor below it.
func (v *View) body(w, h int) []string {
	if v.list.Len() == 0 {
		return strings.Split(widget.Block(v.env.Style, v.empty(w), w, h), "\n")
	}
	detail := v.detail(w, h)
	v.below = v.top + h - len(detail)
	return append(strings.Split(v.table.Render(w, h-len(detail)), "\n"), detail...)
}

// head says what the table does not show, and why.
func (v *View) head(w int) []string {
	problems := &v.env.Known.Problems
	var lines []string
	if problems.Err != nil && len(v.list.all) > 0 {
		text, _, _ := strings.Cut(problems.Err.Error(), "\n")
		lines = append(lines, widget.Draw(v.env.Style, widget.Line{
			widget.R(style.Fail, v.env.Style.Glyphs.Fail+" could not check again: "), widget.P(text)}, w))
	}
	if v.only && v.list.loaded() {
		lines = append(lines, widget.Draw(v.env.Style, widget.Line{
			widget.P("errors only; "), widget.R(style.Key, v.env.Key(action.ErrorsOnly)),
			widget.P(" shows " + word.Count(len(v.list.all)-v.list.errors, "warning") + " too")}, w))
	}
	return lines
}

// least is how many lines the problem under the cursor has at least, so that
// the table does not change its height with every row.
const least = 4

// detail is a rule and the problem under the cursor, in half of the room at
// most.
func (v *View) detail(w, room int) []string {
	row, _ := v.table.Cursor()
	most := min(room/2, 12)
	if row < 0 || row >= v.list.Len() || most < 2 {
		return nil
	}
	st := v.env.Style
	text := append([]widget.Line{{widget.R(style.Border, strings.Repeat(st.Glyphs.Horizontal, w))}}, v.list.shown[row].whole(w)...)
	if len(text) > most {
		text = append(text[:most-1], widget.Line{widget.R(style.Muted, "  "+st.Glyphs.More+" "),
			widget.R(style.Key, v.env.Key(action.Copy)), widget.R(style.Muted, " copies all of it")})
	}
	for len(text) < min(least, most) {
		text = append(text, nil)
	}
	var lines []string
	for _, line := range text {
		lines = append(lines, widget.Draw(st, line, w))
	}
	return lines
}

// whole is all of a problem: its place where the table has not all of that,
// its text, and the hint.
func (r *row) whole(w int) (lines []widget.Line) {
	if at := place(r.At); at != r.place {
		lines = append(lines, widget.Line{widget.R(style.Link, "  "+at)})
	}
	for _, text := range view.Fold(r.Text, w-2) {
		lines = append(lines, widget.Line{widget.P("  " + text)})
	}
	if r.Hint == "" {
		return lines
	}
	for i, text := range view.Fold(r.Hint, w-8) {
		label := widget.P("        ")
		if i == 0 {
			label = widget.R(style.Accent, "  hint: ")
		}
		lines = append(lines, widget.Line{label, widget.P(text)})
	}
	return lines
}

// current is the problem under the cursor; nil without problems.
func (v *View) current() *fleet.Problem {
	row, _ := v.table.Cursor()
	if row < 0 || row >= v.list.Len() {
		return nil
	}
	return &v.list.shown[row].Problem
}
