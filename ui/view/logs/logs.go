// Package logs shows what the hosts printed in a run: the lines of one
// machine, or those of all merged in the order in which they came. It keeps no
// lines: each frame asks the run's picture for those that are to be seen.
//
// What the operator reads does not move. While the view follows, it shows the
// end of the log; scrolling stops that, and from then on the view holds on to
// the number of the line at the top, however many come or are dropped.
package logs

import (
	"math"

	"assay/fleet/run/state"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// times is how the time of a line is told.
type times uint8

const (
	ofDay times = iota
	sinceStart
	noTimes
	timesCount
)

// View is a log on the screen.
type View struct {
	env     view.Env
	run     string
	machine string // "" all merged
	least   state.Level
	times   times
	wrap    bool
	x       int // columns of text that are left of the screen

	begun  bool  // the first frame has decided whether to follow
	follow bool  // show the end
	cursor int64 // the number of the line under the cursor, while not following
	top    int64 // of the line at the top
	above  int   // while wrapping: rows of that line that are above the screen
	about  bool  // show what is around the cursor, too
	last   int64 // of the newest line that the operator saw

	input  *widget.Input
	search search
	names  names
	page   page // what the last frame showed
	w, h   int  // and the room that it had for lines
	head   int  // and the lines above those
	sums   sums // and what there was
}

// sums is how many lines there are, for the many questions between two frames.
type sums struct {
	known                      bool
	kept, errors, all, dropped int
}

func sum(l *state.Logs) sums {
	if l == nil {
		return sums{}
	}
	return sums{true, l.Len(), l.Count(state.Error), l.All(), l.Dropped()}
}

// New returns the log that the link leads to. Its Line is the number of a line
// to show, 0 for the end of a run that goes on and the beginning of others.
func New(env view.Env, link view.Link) *View {
	v := &View{env: env, run: link.Name, machine: link.Sub, w: 80, h: 20}
	if v.run == "" {
		v.run = env.Known.Current
	}
	v.input = widget.NewInput(env.Style, "/", "a text, such as error; capitals matter where you type one")
	if link.Line > 0 {
		v.begun = true
		v.jump(int64(link.Line))
	}
	return v
}

// Scope is where the view's actions are live.
func (v *View) Scope() action.Scope { return action.Logs }

// Title says whose log this is.
func (v *View) Title() string {
	run := ""
	if v.run != "" {
		run = "run " + word.RunName(v.run)
	}
	switch {
	case v.machine != "" && run != "":
		return "log of " + v.machine + " in " + run
	case v.machine != "":
		return "log of " + v.machine
	case run != "":
		return "logs of " + run
	}
	return "logs"
}

// Link leads back here, though not to the line.
func (v *View) Link() view.Link { return view.Link{Place: view.Logs, Name: v.run, Sub: v.machine} }

// Needs is the run's record, where it is not a run of this program.
func (v *View) Needs() []known.Need {
	if v.run == "" {
		return nil
	}
	return []known.Need{{Kind: known.RecordedRun, Name: v.run}}
}

// Input is the line to type on.
func (v *View) Input() *widget.Input { return v.input }

// picture is the run as far as it is there, nil while it is not.
func (v *View) picture() *known.Run { return v.env.Known.Open[v.run] }

// live reports whether lines may still come.
func (v *View) live() bool {
	r := v.picture()
	return r != nil && r.State != nil && r.Mine && !r.Over
}

// ended says why no more lines come, of a run that is not live.
func (v *View) ended() string {
	if r := v.picture(); r != nil && r.State != nil && (r.Mine || r.State.Snapshot().Finished != nil) {
		return "the run is over"
	}
	return "no run goes on here"
}

// logs is the log at this moment, nil without a run.
func (v *View) logs() *state.Logs {
	return v.filtered(state.Filter{Machine: v.machine, Least: v.least})
}

func (v *View) filtered(f state.Filter) *state.Logs {
	r := v.picture()
	if r == nil || r.State == nil {
		return nil
	}
	return r.State.Logs(f)
}

// begin decides, when there is something to see, whether to follow.
func (v *View) begin(l *state.Logs) {
	if v.begun || l == nil {
		return
	}
	v.begun, v.follow = true, v.live()
}

// newest is the number of the newest line, 0 without lines.
func newest(l *state.Logs) int64 {
	if lines := l.Window(state.End, 1, true); len(lines) > 0 {
		return lines[0].Seq
	}
	return 0
}

// fresh is how many lines came that the operator did not see.
func (v *View) fresh(l *state.Logs) int {
	if v.follow || v.last == math.MaxInt64 {
		return 0
	}
	return l.Len() - l.Before(v.last+1)
}

// names are the machines of a run, and how wide the widest of them is.
type names struct {
	of    int // machines that were looked at
	width int
}

// widestName is how many columns a machine's name gets at most.
const widestName = 14

// nameWidth is how many columns the machines' names take, 0 where one machine
// is shown.
func (v *View) nameWidth(machines []state.Machine) int {
	if v.machine != "" {
		return 0
	}
	if v.names.of != len(machines) {
		v.names = names{of: len(machines)}
		for i := range machines {
			v.names.width = max(v.names.width, width(machines[i].Name))
		}
		v.names.width = min(v.names.width, widestName)
	}
	return v.names.width
}
