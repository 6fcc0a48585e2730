// Package run is the view of one run: every machine with what is being done
// with it or what became of it, and, when it is over, what to do about those
// that did not come out as asked. A run that goes on in this program and one
// that is read from its record look the same.
//
// A View belongs to one goroutine, the console's. The picture of the run is
// filled by others meanwhile; it is copied once for each of its revisions.
package run

import (
	"fmt"
	"slices"

	"assay/fleet/run/event"
	"assay/fleet/run/state"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// View is the view of one run.
type View struct {
	env   view.Env
	id    string
	table *widget.Table
	input *widget.Input

	shot  state.Snapshot
	from  *state.State
	stood standing
	sum   totals
	rows  rows
	made  made // what the rows were made from
	rest  rest
	tall  int // lines that were above it while the run goes on, at that width
	wide  int
	above int  // lines of the last Render above the table
	moved bool // the operator has moved the cursor
}

// standing is how a run stands.
type standing uint8

const (
	notThere  standing = iota // its record has not been asked for, or is being read
	goesOn                    // in this program
	elsewhere                 // in another process
	over                      // it has an end
	torn                      // nobody works on it, and no end was recorded
)

// New returns the view of the run that the link names.
func New(env view.Env, link view.Link) *View {
	v := &View{
		env: env, id: link.Name,
		table: widget.NewTable(env.Style, columns),
		input: widget.NewInput(env.Style, "/", "a machine, or a word such as failed"),
	}
	v.rows.v = v
	return v
}

// Scope is that of runs that are looked at.
func (v *View) Scope() action.Scope { return action.Run }

// Title names the run.
func (v *View) Title() string { return "run " + word.RunName(v.id) }

// Note is the run's whole id, how many machines the filter shows, and which
// are on the screen.
func (v *View) Note() string {
	v.look()
	if v.stood == notThere {
		return v.id
	}
	text, dot := v.id, " "+v.env.Style.Glyphs.Dot+" "
	if v.input.Value() != "" {
		text += fmt.Sprintf("%s%d of %d", dot, len(v.rows.list), len(v.shot.Machines))
	}
	if at := v.table.Position(); at != "" {
		text += dot + at
	}
	return text
}

// Needs names the record of a run that does not go on here, and the summaries,
// which say whether somebody else works on it.
func (v *View) Needs() []known.Need {
	r := v.run()
	if r != nil && r.Mine {
		return nil
	}
	return []known.Need{{Kind: known.RecordedRun, Name: v.id}, {Kind: known.Runs}}
}

// Link is where the view is.
func (v *View) Link() view.Link { return view.Link{Place: view.Run, Name: v.id} }

// Input is the line of the filter.
func (v *View) Input() *widget.Input { return v.input }

func (v *View) run() *known.Run { return v.env.Known.Open[v.id] }

// look sees what is new of the run.
func (v *View) look() {
	r := v.run()
	if r == nil || r.State == nil {
		v.shot, v.from, v.stood, v.rows.list, v.made = state.Snapshot{}, nil, notThere, nil, made{}
		v.table.SetRows(&v.rows)
		return
	}
	if rev := r.State.Revision(); v.from != r.State || rev != v.shot.Revision {
		v.shot, v.from = r.State.Snapshot(), r.State
		v.sum = total(&v.shot)
	}
	stood := v.stands(r)
	ended := stood != v.stood && stood >= over
	v.stood = stood
	v.order()
	if (ended || stood == goesOn) && !v.moved && len(v.rows.list) > 0 {
		v.table.Select(v.rows.ID(0)) // the first thing to look at
	}
}

func (v *View) stands(r *known.Run) standing {
	switch {
	case v.shot.Finished != nil:
		return over
	case r.Mine && !r.Over:
		return goesOn
	case r.Mine:
		return torn
	case r.Reading:
		return notThere
	case v.elsewhere():
		return elsewhere
	}
	return torn
}

// elsewhere reports whether another process works on the run, as far as the
// summaries say.
func (v *View) elsewhere() bool {
	for i := range v.env.Known.Runs.Value {
		if s := &v.env.Known.Runs.Value[i]; string(s.ID) == v.id {
			return s.Ending == session.RunGoesOn
		}
	}
	return false
}

// Render draws the run.
func (v *View) Render(w, h int) string {
	if h <= 0 {
		return ""
	}
	v.look()
	if v.stood == notThere || len(v.shot.Machines) == 0 {
		v.above = 0
		return v.draw(v.instead(w), w, h)
	}
	if v.input.Shown() && h > 1 {
		return v.body(w, h-1) + "\n" + v.input.Render(w)
	}
	return v.body(w, h)
}

// body draws what is above the table, the table, and below it what to do.
func (v *View) body(w, h int) string {
	head := v.steady(v.head(w), w)
	if h < len(head)+4 {
		head = head[:max(min(h-4, len(head)), 0)]
	}
	v.above = len(head)
	left := h - len(head)
	below := v.below(w, left)
	text := v.table.Render(w, left-len(below))
	if len(head) > 0 {
		text = v.draw(head, w, len(head)) + "\n" + text
	}
	if len(below) > 0 {
		text += "\n" + v.draw(below, w, len(below))
	}
	return text
}

// steady keeps what is above the table as high as it once was while the run
// goes on, so that rows do not move when there is less to say.
func (v *View) steady(head []widget.Line, w int) []widget.Line {
	if v.stood != goesOn || w != v.wide {
		v.tall, v.wide = 0, w
	}
	for len(head) < v.tall {
		head = append(head, widget.Line{})
	}
	v.tall = len(head)
	return head
}

func (v *View) draw(lines []widget.Line, w, h int) string {
	return widget.Block(v.env.Style, lines, w, h)
}

// instead is what to show where there are no machines.
func (v *View) instead(w int) []widget.Line {
	r := v.run()
	var lines []widget.Line
	switch {
	case r != nil && r.Err != nil:
		lines = append(lines, widget.Line{widget.R(style.Fail, v.env.Style.Glyphs.Fail+" The run "+v.id+" cannot be shown.")}, widget.Line{})
		for _, l := range view.Fold(r.Err.Error(), w) {
			lines = append(lines, widget.Line{widget.P(l)})
		}
		return append(lines, widget.Line{}, widget.Line{widget.R(style.Key, v.env.Key(action.ToRuns)), widget.P(" shows the runs that were recorded")})
	case r != nil && r.Mine:
		return []widget.Line{{widget.R(style.Busy, v.env.Style.Glyphs.Busy+" The run begins.")}}
	case r == nil || r.Reading:
		return []widget.Line{{widget.R(style.Busy, v.env.Style.Glyphs.Busy+" reading the record of the run "+v.id)}}
	}
	return []widget.Line{
		{widget.R(style.Warn, v.env.Style.Glyphs.Warn+" The record of the run names no machine.")}, {},
		{widget.P("It ended before its first line was written, or that line cannot be read.")},
	}
}

// bad are the machines that did not come out as asked, by name: all without a
// result once nobody works on them any more.
func (v *View) bad() []string {
	var list []string
	for i := range v.shot.Machines {
		if m := &v.shot.Machines[i]; v.rank(m) < rankGood {
			list = append(list, m.Name)
		}
	}
	return list
}

// rest are the machines to plan once more.
type rest struct {
	from     *state.State
	revision uint64
	known    uint64
	stood    standing
	all      int      // machines that did not come out as asked
	list     []string // those of them that the fleet still has
}

// again returns those that did not come out as asked and that the fleet still
// has; the caller must not change it.
func (v *View) again() []string {
	k := v.env.Known
	if r := &v.rest; r.list != nil && r.from == v.from && r.revision == v.shot.Revision && r.known == k.Revision && r.stood == v.stood {
		return r.list
	}
	bad := v.bad()
	v.rest = rest{from: v.from, revision: v.shot.Revision, known: k.Revision, stood: v.stood, all: len(bad)}
	have := map[string]bool{}
	if k.Fleet != nil {
		for i := range k.Fleet.Machines {
			have[k.Fleet.Machines[i].Name] = true
		}
	}
	v.rest.list = slices.DeleteFunc(append([]string{}, bad...), func(name string) bool { return !have[name] })
	return v.rest.list
}

// working are the machines that something is being done with.
func (v *View) working() []string {
	var list []string
	for i := range v.shot.Machines {
		if m := &v.shot.Machines[i]; m.Result == nil && !slices.Contains([]event.Phase{event.Waiting, event.Done}, m.Phase) {
			list = append(list, m.Name)
		}
	}
	return list
}
