package runs

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/session"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/widget"
)

// run is one row. What is not known is zero.
type run struct {
	id       string
	ending   session.RunSummary // Ending, Outcome and Stopped of it
	started  event.RunStarted
	start    time.Time
	end      time.Time // zero while it goes on
	counts   map[event.Outcome]int
	open     int  // machines without a result
	broken   int  // lines of the record that could not be read
	mine     bool // goes on, or went on, in this program
	results  []event.HostResult
	machines string // what the column says; made when it is shown
}

// list is what the table shows, kept for as long as nothing has changed.
type list struct {
	st    *style.Style
	known *known.Known
	all   []*run // the newest first
	shown []*run

	made    bool
	known0  uint64 // Known.Revision of all
	live0   uint64 // revision of the current run's State in all
	filter  string
	column  string
	reverse bool
}

// loaded reports whether the list has ever come.
func (l *list) loaded() bool { return l.known.Runs.Has() || len(l.all) > 0 }

// update makes the rows anew where something has changed, and reports that.
func (l *list) update(filter, column string, reverse bool) bool {
	mine, live := l.mine(), uint64(0)
	if mine != nil {
		live = mine.State.Revision()
	}
	stale := !l.made || l.known0 != l.known.Revision || l.live0 != live
	if !stale && l.filter == filter && l.column == column && l.reverse == reverse {
		return false
	}
	if stale {
		l.gather(mine)
		l.made, l.known0, l.live0 = true, l.known.Revision, live
	}
	l.filter, l.column, l.reverse = filter, column, reverse
	l.shown = match(l.all, filter)
	l.sort()
	return true
}

// mine is the run that goes on in this program, or was the last to; nil when
// there is none.
func (l *list) mine() *known.Run {
	r := l.known.Open[l.known.Current]
	if r == nil || !r.Mine || r.State == nil {
		return nil
	}
	return r
}

// gather puts the recorded runs and the program's own together.
func (l *list) gather(mine *known.Run) {
	recorded := l.known.Runs.Value
	l.all = make([]*run, 0, len(recorded)+1)
	for i := range recorded {
		if mine != nil && string(recorded[i].ID) == mine.ID && !(mine.Over && recorded[i].Ending == session.RunFinished) {
			continue // what the program knows itself is newer
		}
		l.all = append(l.all, fromSummary(&recorded[i]))
	}
	if mine != nil && !slices.ContainsFunc(l.all, func(r *run) bool { return r.id == mine.ID }) {
		l.all = append(l.all, fromState(mine))
	}
	slices.SortStableFunc(l.all, newestFirst)
}

// newestFirst orders by the id, which begins with the time.
func newestFirst(a, b *run) int { return cmp.Compare(b.id, a.id) }

func fromSummary(s *session.RunSummary) *run {
	r := &run{
		id: string(s.ID), started: s.Started, start: s.Start, end: s.End,
		counts: s.Counts, open: len(s.Open), broken: len(s.Problems), results: s.Results,
	}
	r.ending.Ending, r.ending.Outcome, r.ending.Stopped = s.Ending, s.Outcome, s.Stopped
	if s.Ending == session.RunGoesOn {
		r.end = time.Time{}
	}
	return r
}

// fromState is the program's own run as it is now.
func fromState(k *known.Run) *run {
	snap := k.State.Snapshot()
	r := &run{
		id: k.ID, started: snap.Started, start: snap.Start,
		counts: snap.Outcomes, mine: true, broken: k.Broken,
	}
	for i := range snap.Machines {
		if result := snap.Machines[i].Result; result != nil {
			r.results = append(r.results, *result)
		}
	}
	r.open = max(len(snap.Started.Machines)-len(r.results), 0)
	r.ending.Stopped = len(snap.Interrupted) > 0 || k.Stopping > 0
	switch {
	case snap.Finished != nil:
		r.ending.Ending, r.ending.Outcome, r.end = session.RunFinished, snap.Finished.Outcome, snap.Time
	case k.Over:
		r.ending.Ending, r.end = session.RunTorn, snap.Time
	default:
		r.ending.Ending = session.RunGoesOn
	}
	return r
}

// took is how long it took, or takes.
func (r *run) took(now time.Time) (time.Duration, bool) {
	switch {
	case r.start.IsZero():
		return 0, false
	case r.end.IsZero():
		return now.Sub(r.start), true
	}
	return r.end.Sub(r.start), true
}

// Len, ID, Cell and Marked are widget.Rows.
func (l *list) Len() int { return len(l.shown) }

// ID is the run's.
func (l *list) ID(i int) string { return l.shown[i].id }

// Marked is never so: runs cannot be marked.
func (l *list) Marked(int) bool { return false }

// Cell is what a column shows of a run.
func (l *list) Cell(i int, column string) widget.Span { return l.cell(l.shown[i], column) }

// text is the list as it is shown, for the clipboard.
func (l *list) text() string {
	var b strings.Builder
	for _, r := range l.shown {
		var cells []string
		for _, c := range columns {
			cells = append(cells, widget.Line{l.cell(r, c.ID)}.Text())
		}
		b.WriteString(strings.TrimRight(strings.Join(cells, "  "), " ") + "\n")
	}
	return b.String()
}
