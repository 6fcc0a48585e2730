package run

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/run/state"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

const (
	colMachine = "machine"
	colState   = "state"
	colCopied  = "copied"
	colTime    = "time"
	colLast    = "last"
)

// columns are the table's columns.
var columns = []widget.Column{
	{ID: colMachine, Title: "MACHINE", Min: 8},
	{ID: colState, Title: "STATE", Min: 13},
	{ID: colCopied, Title: "COPIED", Min: 15, Ideal: 15, Right: true, Priority: 2},
	{ID: colTime, Title: "TIME", Min: 6, Ideal: 6, Right: true, Priority: 1},
	{ID: colLast, Title: "LAST WORD", Min: 16, Ideal: 20, Flex: true},
}

// made is what the rows were made from.
type made struct {
	from     *state.State
	revision uint64
	stood    standing
	filter   string
	sort     string
	reverse  bool
}

// rows are the machines in the order of the table.
type rows struct {
	v    *View
	list []*state.Machine
}

// Len is how many there are.
func (r *rows) Len() int { return len(r.list) }

// ID is the machine's name.
func (r *rows) ID(i int) string { return r.list[i].Name }

// Marked is false: nobody marks machines of a run.
func (r *rows) Marked(int) bool { return false }

// Cell is what a column shows of a machine.
func (r *rows) Cell(i int, column string) widget.Span {
	v, m := r.v, r.list[i]
	switch column {
	case colMachine:
		return widget.R(style.Strong, m.Name)
	case colState:
		return v.stateSpan(m)
	case colCopied:
		return copied(m)
	case colTime:
		if d, ok := v.took(m); ok {
			return widget.P(word.Elapsed(d))
		}
		return widget.P("")
	}
	return v.last(m)
}

// order makes the rows anew, where something has changed.
func (v *View) order() {
	sort, reverse := v.table.Sort()
	now := made{v.from, v.shot.Revision, v.stood, v.input.Value(), sort, reverse}
	if v.made == now && v.rows.list != nil {
		return
	}
	v.made = now
	terms := strings.Fields(strings.ToLower(v.input.Value()))
	list := make([]*state.Machine, 0, len(v.shot.Machines))
	for i := range v.shot.Machines {
		if m := &v.shot.Machines[i]; v.matches(m, terms) {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, v.comparison(sort, reverse))
	v.rows.list = list
	v.table.Empty = []widget.Line{{widget.P("no machine has all of these words: " + strings.Join(terms, " "))}}
	v.table.SetRows(&v.rows)
}

// comparison orders machines. Without a column, what did not come out as asked
// comes first; while the run goes on, what is being worked on is next, then
// what waits. In each of these they stay as they are, by name.
func (v *View) comparison(column string, reverse bool) func(a, b *state.Machine) int {
	by := func(a, b *state.Machine) int { return 0 }
	switch column {
	case "":
		by = func(a, b *state.Machine) int { return cmp.Compare(v.turn(a), v.turn(b)) }
	case colMachine:
		by = func(a, b *state.Machine) int { return cmp.Compare(a.Name, b.Name) }
	case colState:
		by = func(a, b *state.Machine) int {
			return cmp.Or(cmp.Compare(v.rank(a), v.rank(b)), cmp.Compare(a.Phase, b.Phase))
		}
	case colCopied:
		by = func(a, b *state.Machine) int { return cmp.Compare(b.Done, a.Done) }
	case colTime:
		by = func(a, b *state.Machine) int {
			x, _ := v.took(a)
			y, _ := v.took(b)
			return cmp.Compare(y, x)
		}
	case colLast:
		by = func(a, b *state.Machine) int { return cmp.Compare(v.last(a).Text, v.last(b).Text) }
	}
	if !reverse {
		return by
	}
	return func(a, b *state.Machine) int { return by(b, a) }
}

// The ranks of machines: the worst first.
const (
	rankBad     = 0
	rankUnknown = 1
	rankSkipped = 2
	rankGood    = 10
	rankWorking = 11
	rankWaiting = 12
)

func (v *View) rank(m *state.Machine) int {
	switch {
	case m.Result != nil && m.Result.Outcome.Good():
		return rankGood
	case m.Result != nil && m.Result.Outcome == event.Skipped:
		return rankSkipped
	case m.Result != nil && m.Result.Outcome == event.Uncertain:
		return rankUnknown
	case m.Result != nil:
		return rankBad
	case v.stood >= over:
		return rankUnknown
	case m.Phase == event.Waiting:
		return rankWaiting
	}
	return rankWorking
}

// turn is a machine's place in the table: its rank, but while the run goes on
// what is done, or will not be, comes last.
func (v *View) turn(m *state.Machine) int {
	rank := v.rank(m)
	if v.stood < over && (rank == rankSkipped || rank == rankGood) {
		return rankWaiting + 1 + rank
	}
	return rank
}

func (v *View) matches(m *state.Machine, terms []string) bool {
	if len(terms) == 0 {
		return true
	}
	text := m.Name + "\n" + v.stateSpan(m).Text
	if m.Result != nil {
		text += "\n" + m.Result.Reason
	}
	text = strings.ToLower(text)
	return !slices.ContainsFunc(terms, func(t string) bool { return !strings.Contains(text, t) })
}

// stateSpan is what is being done with a machine, or what became of it.
func (v *View) stateSpan(m *state.Machine) widget.Span {
	g := v.env.Style.Glyphs
	switch {
	case m.Result != nil:
		return view.OutcomeSpan(v.env.Style, v.shot.Started, m.Result.Outcome)
	case v.stood >= over && m.Phase == event.Waiting:
		return widget.R(style.Unknown, g.Unknown+" no result")
	case v.stood >= over:
		return widget.R(style.Unknown, g.Unknown+" "+string(m.Phase))
	case m.Phase == event.Waiting:
		return widget.R(style.Muted, g.Wait+" waiting")
	case m.Phase == event.Returning:
		return widget.R(style.Warn, g.Warn+" returning")
	}
	return widget.R(style.Busy, g.Busy+" "+string(m.Phase))
}

// copied is how much of a machine's bytes is there.
func copied(m *state.Machine) widget.Span {
	switch {
	case m.Done <= 0 && m.Total <= 0:
		return widget.P("")
	case m.Total <= 0:
		return widget.P(word.Size(m.Done))
	case m.Done >= m.Total:
		return widget.P(word.Size(m.Done))
	}
	return widget.P(fmt.Sprintf("%s of %s", percent(m.Done, m.Total), word.Size(m.Total)))
}

// percent is rounded down: what is said to be there is there.
func percent(done, total int64) string {
	return fmt.Sprintf("%d%%", int(float64(max(done, 0))/float64(total)*100))
}

// took is how long a machine's turn takes or took; false before it.
func (v *View) took(m *state.Machine) (time.Duration, bool) {
	if m.Begun.IsZero() {
		return 0, false
	}
	if m.Result != nil {
		return m.Since.Sub(m.Begun), true
	}
	return v.now().Sub(m.Begun), true
}

// now is the time up to which the run is known.
func (v *View) now() time.Time {
	if v.stood == goesOn {
		return v.env.Known.Now
	}
	return v.shot.Time
}

// last is the last thing that is known of a machine: why it came out as it
// did, what it runs, or what it printed last.
func (v *View) last(m *state.Machine) widget.Span {
	switch {
	case m.Result == nil:
		return widget.R(style.Muted, m.Last)
	case m.Result.Reason != "":
		reason, _ := word.Advice(m.Result.Reason)
		return widget.P(word.Cause(word.Terse(m.Name, reason)))
	case m.Result.Current != "" && m.Result.Generation > 0:
		return widget.P(fmt.Sprintf("runs generation %d, %s", m.Result.Generation, word.Path(m.Result.Current)))
	case m.Result.Current != "":
		return widget.P("runs " + word.Path(m.Result.Current))
	}
	return widget.R(style.Muted, m.Last)
}
