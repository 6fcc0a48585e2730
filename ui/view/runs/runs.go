// Package runs is the view of the fleet's runs: when, what for, how each came
// out. The run that goes on in this program is among them, as it is now, though
// the list on disk may be older.
//
// A View belongs to one goroutine, the console's.
package runs

import (
	"fmt"
	"strings"

	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// View is the table of runs.
type View struct {
	env   view.Env
	table *widget.Table
	input *widget.Input
	list  list
	top   int // lines of the last Render above the table
}

// New returns the view. The link's Sub is what to filter by.
func New(env view.Env, link view.Link) *View {
	v := &View{
		env:   env,
		table: widget.NewTable(env.Style, columns),
		input: widget.NewInput(env.Style, "/", "a machine, an id, an outcome, a goal or an operator"),
	}
	v.input.SetValue(link.Sub)
	v.list = list{st: env.Style, known: env.Known}
	return v
}

// columns are the table's; what matters less on a narrow screen goes first.
var columns = []widget.Column{
	{ID: colAge, Title: "AGE", Min: 4, Right: true},
	{ID: colOutcome, Title: "OUTCOME", Min: 11},
	{ID: colGoal, Title: "GOAL", Min: 8},
	{ID: colMachines, Title: "MACHINES", Min: 32, Flex: true},
	{ID: colStarted, Title: "STARTED", Min: 12, Priority: 1},
	{ID: colTook, Title: "TOOK", Min: 5, Right: true, Priority: 2},
	{ID: colOperator, Title: "OPERATOR", Min: 8, Priority: 3},
	{ID: colID, Title: "RUN", Min: 27, Priority: 4},
}

// Scope is that of the view's own actions.
func (v *View) Scope() action.Scope { return action.Runs }

// Title is the view's name.
func (v *View) Title() string { return "runs" }

// Note counts the runs, and says which are on the screen.
func (v *View) Note() string {
	v.refresh()
	if !v.list.loaded() {
		return ""
	}
	text := word.Count(len(v.list.all), "run")
	if shown := v.list.Len(); shown != len(v.list.all) {
		text = fmt.Sprintf("%d of %s", shown, text)
	}
	if at := v.table.Position(); at != "" {
		text += " " + v.env.Style.Glyphs.Dot + " " + at
	}
	return text
}

// Needs are the summaries.
func (v *View) Needs() []known.Need { return []known.Need{{Kind: known.Runs}} }

// Link leads back to the view as it is filtered.
func (v *View) Link() view.Link { return view.Link{Place: view.Runs, Sub: v.input.Value()} }

// Input is the filter.
func (v *View) Input() *widget.Input { return v.input }

// refresh brings the rows up to what is known and filtered.
func (v *View) refresh() {
	column, reverse := v.table.Sort()
	if v.list.update(showing{v.input.Value(), column, reverse}) {
		v.table.SetRows(&v.list)
	}
}

// Render draws the table, and the filter where there is one.
func (v *View) Render(w, h int) string {
	v.refresh()
	var foot []string
	if v.input.Shown() {
		foot = append(foot, v.input.Render(w))
	}
	head := v.head(w)
	v.top = len(head)
	room := h - len(head) - len(foot)
	if room < 1 {
		return widget.Fit(append(foot, head...), w, h)
	}
	return widget.Fit(append(append(head, v.body(w, room)...), foot...), w, h)
}

// body draws h lines: the table, or why there are no rows.
func (v *View) body(w, h int) []string {
	if v.list.Len() > 0 {
		return strings.Split(v.table.Render(w, h), "\n")
	}
	return strings.Split(widget.Block(v.env.Style, v.empty(w), w, h), "\n")
}

// head says what keeps the list from being what it should be, while former
// rows are still shown.
func (v *View) head(w int) []string {
	runs := &v.env.Known.Runs
	if runs.Err == nil || len(v.list.all) == 0 {
		return nil
	}
	text, _, _ := strings.Cut(runs.Err.Error(), "\n")
	line := widget.Line{widget.R(style.Fail, v.env.Style.Glyphs.Fail+" the list is not complete: "), widget.P(text)}
	return []string{widget.Draw(v.env.Style, line, w)}
}

// empty says why there are no rows.
func (v *View) empty(w int) []widget.Line {
	k, key := v.env.Known, v.env.Key
	switch {
	case len(v.list.all) > 0:
		return []widget.Line{
			{widget.P("no run matches "), widget.R(style.Strong, v.input.Value())},
			{widget.R(style.Key, key(action.Back)), widget.R(style.Muted, fmt.Sprintf(" shows %s again", word.Count(len(v.list.all), "run")))},
		}
	case !v.list.loaded():
		return view.Loading(&k.Runs, "runs")
	}
	line := widget.Line{widget.P("no runs yet")}
	if reason := k.MayNotChange(); reason != "" {
		lines := []widget.Line{line}
		for _, text := range view.Fold(reason, w) {
			lines = append(lines, widget.Line{widget.R(style.Muted, text)})
		}
		return lines
	}
	return []widget.Line{
		append(line, widget.P(": mark machines in "), widget.R(style.Key, key(action.ToMachines)),
			widget.P(" and press "), widget.R(style.Key, key(action.PlanUpdate))),
		{widget.R(style.Muted, "what is done to hosts is recorded, and stays here")},
	}
}
