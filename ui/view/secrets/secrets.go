// Package secrets is the view of both tiers of secrets: what is there, missing
// or drifted, who can read it and why, how old it is, and what somebody can
// read. No value is ever shown, or known here.
//
// A View belongs to one goroutine, the console's.
package secrets

import (
	"fmt"
	"strings"

	"assay/secrets/audit"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// View is the table of secrets.
type View struct {
	env   view.Env
	table *widget.Table
	input *widget.Input
	list  list
	show  showing
	top   int // lines of the last Render above the table
	below int // line of the last Render where the table ends
}

// New returns the view. The link's Sub is what to filter by, its Name whose
// secrets to show: all with "".
func New(env view.Env, link view.Link) *View {
	v := &View{
		env:   env,
		table: widget.NewTable(env.Style, columns),
		input: widget.NewInput(env.Style, "/", "a word of the path, the state, a reader or the place"),
		list:  list{st: env.Style, known: env.Known},
	}
	v.show.reader = link.Name
	v.input.SetValue(link.Sub)
	return v
}

// The columns.
const (
	colState   = "state"
	colWhere   = "where"
	colName    = "name"
	colReaders = "readers"
	colAge     = "age"
)

var columns = []widget.Column{
	{ID: colState, Title: "STATE", Min: 10, Ideal: 12},
	{ID: colWhere, Title: "WHERE", Min: 8},
	{ID: colName, Title: "SECRET", Min: 20, Flex: true},
	{ID: colReaders, Title: "CAN READ", Min: 12},
	{ID: colAge, Title: "AGE", Min: 4},
}

// Scope is that of the view's own actions.
func (v *View) Scope() action.Scope { return action.Secrets }

// Title is the view's name.
func (v *View) Title() string { return "secrets" }

// Note counts the secrets.
func (v *View) Note() string {
	v.refresh()
	if !v.list.loaded() {
		return ""
	}
	dot := " " + v.env.Style.Glyphs.Dot + " "
	text := word.Count(len(v.list.all), "secret") + dot + fmt.Sprintf("%d to mend", v.list.wrong)
	if n := v.list.Len(); n != len(v.list.all) {
		text = fmt.Sprintf("%d of %s", n, text)
	}
	if at := v.table.Position(); at != "" {
		text += dot + at
	}
	return text
}

// Needs is the audit.
func (v *View) Needs() []known.Need { return []known.Need{{Kind: known.Secrets}} }

// Link leads back to the view as it is filtered.
func (v *View) Link() view.Link {
	return view.Link{Place: view.Secrets, Name: v.show.reader, Sub: v.input.Value()}
}

// Input is the filter.
func (v *View) Input() *widget.Input { return v.input }

// refresh brings the rows up to what is known and filtered.
func (v *View) refresh() {
	v.show.filter = v.input.Value()
	v.show.column, v.show.reverse = v.table.Sort()
	if v.list.update(v.show) {
		v.table.SetRows(&v.list)
	}
}

// Render draws the table, everything about the secret under the cursor, and
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

// body draws h lines: why there are no rows, or the table with the detail
// below it.
func (v *View) body(w, h int) []string {
	if v.list.Len() == 0 {
		return strings.Split(widget.Block(v.env.Style, v.empty(w), w, h), "\n")
	}
	detail := v.pane(w, h)
	v.below = v.top + h - len(detail)
	return append(strings.Split(v.table.Render(w, h-len(detail)), "\n"), detail...)
}

// head says what the table does not show, and why.
func (v *View) head(w int) []string {
	st := v.env.Style
	var lines []string
	add := func(l widget.Line) { lines = append(lines, widget.Draw(st, l, w)) }
	if l := &v.env.Known.Secrets; l.Err != nil && len(v.list.all) > 0 {
		text, _, _ := strings.Cut(l.Err.Error(), "\n")
		add(widget.Line{widget.R(style.Fail, st.Glyphs.Fail+" could not look again: "), widget.P(text)})
	}
	if v.show.reader != "" && v.list.loaded() {
		text := fmt.Sprintf("what %s can read: %s", v.show.reader, word.Count(v.list.can, "secret"))
		if v.list.through > 0 {
			text += fmt.Sprintf(", %d with the private keys of machines", v.list.through)
		}
		add(widget.Line{widget.R(style.Accent, text+"; "), widget.R(style.Key, v.env.Key(action.Reader)), widget.P(" asks for another")})
	}
	if v.show.wrong && v.list.loaded() {
		add(widget.Line{widget.P("only what is to mend; "), widget.R(style.Key, v.env.Key(action.ToMend)), widget.P(" shows all")})
	}
	return lines
}

// pane is a rule and the secret under the cursor, in half of the room at most.
func (v *View) pane(w, room int) []string {
	s := v.current()
	most := min(room/2, 16)
	if s == nil || most < 2 {
		return nil
	}
	st := v.env.Style
	text := append([]widget.Line{{widget.R(style.Border, strings.Repeat(st.Glyphs.Horizontal, w))}}, v.detail(s, w)...)
	if len(text) > most {
		text = append(text[:most-1], widget.Line{widget.R(style.Muted, "  "+st.Glyphs.More+" "),
			widget.R(style.Key, v.env.Key(action.Copy)), widget.R(style.Muted, " copies all of it")})
	}
	for len(text) < most { // the table keeps its height
		text = append(text, nil)
	}
	var lines []string
	for _, line := range text {
		lines = append(lines, widget.Draw(st, line, w))
	}
	return lines
}

// current is the secret under the cursor; nil without secrets.
func (v *View) current() *audit.Secret {
	if r := v.row(); r != nil {
		return r.Secret
	}
	return nil
}

func (v *View) row() *row {
	at, _ := v.table.Cursor()
	if at < 0 || at >= v.list.Len() {
		return nil
	}
	return v.list.shown[at]
}
