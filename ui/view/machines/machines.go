// Package machines is the table of the fleet's machines: what state each is
// in, what it runs and what it should run, with marks for what is to be
// planned and a filter in the grammar of selectors.
//
// The rows are made anew only when what is known, the filter or the order has
// changed; drawing asks for no more than what is to be seen. Like every view
// it belongs to the console's goroutine and starts nothing.
package machines

import (
	"fmt"
	"strings"

	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// View is the table of machines.
type View struct {
	env      view.Env
	table    *widget.Table
	input    *widget.Input
	filter   filter
	complete completion
	state    string // the one state that is shown, "" all
	marks    marks
	subjects subjects
	places   places
	content  content
	sorting  sorting
	drawn    drawn
	wide     bool // every column is shown, and can be scrolled
	touched  bool // the cursor has its machine: until then it stays at the top
	settled  bool // the order is the one to stay: every host answered, or the operator chose it
}

// New returns the table, filtered by the link's selector.
func New(env view.Env, link view.Link) *View {
	v := &View{
		env:   env,
		table: widget.NewTable(env.Style, columnsFor(env.Known.Fleet)),
		input: widget.NewInput(env.Style, "/", placeholder+env.Key(action.InputNext)+" completes"),
		marks: marks{names: map[string]bool{}, done: map[string]bool{}},
	}
	v.table.Do(action.Intent{ID: action.SortBy, Arg: "machine"}) // until the hosts have answered
	if link.Sub != "" {
		v.input.SetValue(v.exact(link.Sub))
		v.filter.set(v.input.Value())
	}
	return v
}

// exact writes a link's selector as the filter's line has it: the name of a
// machine means that machine, not all that have the name in theirs.
func (v *View) exact(selector string) string {
	if plainWord(selector) && v.env.Known.Fleet.Machine(selector) != nil {
		return exactly + selector
	}
	return selector
}

const placeholder = "part of a name, =name, or a selector: @tag  state:behind; "

// Scope is that of the machines.
func (v *View) Scope() action.Scope { return action.Machines }

// Title is the view's name.
func (v *View) Title() string { return "machines" }

// Input is the line of the filter.
func (v *View) Input() *widget.Input { return v.input }

// Link leads back here, with the filter. The chosen state and the marks are
// the view's own.
func (v *View) Link() view.Link {
	sub := strings.TrimSpace(v.input.Value())
	if name, ok := strings.CutPrefix(sub, exactly); ok && plainWord(name) {
		sub = name
	} else if v.exact(sub) != sub { // a part of names that is also a whole one
		sub = "*" + sub + "*"
	}
	return view.Link{Place: view.Machines, Sub: sub}
}

// Note says how many machines are shown and marked, and which of them are on
// the screen.
func (v *View) Note() string {
	v.sync()
	parts := []string{v.counts()}
	if at := v.table.Position(); at != "" {
		parts = append(parts, at)
	}
	if n := len(v.marks.names); n > 0 {
		text := fmt.Sprintf("%s: %d marked", v.env.Key(action.PlanUpdate), n)
		if hidden := n - v.content.marked; hidden > 0 {
			text += fmt.Sprintf(", %d of them not shown", hidden)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " "+v.env.Style.Glyphs.Dot+" ")
}

// counts says how many machines are shown, and of how many it is not known.
func (v *View) counts() string {
	c := &v.content
	total := len(v.env.Known.Fleet.Machines)
	text := fmt.Sprintf("%d of %d", len(c.rows), total)
	if v.filter.empty() && v.state == "" {
		text = word.Count(total, "machine")
	}
	if c.found.unknown > 0 {
		text += fmt.Sprintf(", %d unknown", c.found.unknown)
	}
	return text
}

// Needs are the hosts' facts, the runs for what is recorded of a machine, and
// what else the filter asks about.
func (v *View) Needs() []known.Need {
	needs := []known.Need{{Kind: known.Hosts}, {Kind: known.Runs}}
	if v.filter.needsSubjects() {
		needs = append(needs, known.Need{Kind: known.Subjects})
	}
	return needs
}
