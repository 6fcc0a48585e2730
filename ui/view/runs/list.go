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
	open     int    // machines without a result
	broken   int    // lines of the record that could not be read
	mine     bool   // goes on, or went on, in this program
	machines string // what the column says; made when it is shown
	indexed  bool   // set is there
	set      set    // of the machines, by their numbers
}

// list is what the table shows, kept for as long as nothing has changed.
type list struct {
	st    *style.Style
	known *known.Known
	past  []*run // as recorded, the newest first
	all   []*run // past, and the program's own run as it is now
	shown []*run
	index index // of past

	from source
	now  showing
}

// source is what all is made of.
type source struct {
	made  bool
	first *session.RunSummary
	n     int
	mine  *known.Run
	over  bool
	live  uint64 // revision of mine's State
	stops int
}

// showing is which rows are shown, and in which order.
type showing struct {
	filter, column string
	reverse        bool
}

// loaded reports whether the list has ever come.
func (l *list) loaded() bool { return l.known.Runs.Has() || len(l.all) > 0 }

// update makes the rows anew where something has changed, and reports that.
func (l *list) update(want showing) bool {
	from := l.source()
	if l.from == from && l.now == want {
		return false
	}
	if l.from.first != from.first || l.from.n != from.n || !l.from.made {
		l.read()
	}
	if l.from != from {
		l.gather(from.mine)
	}
	l.from, l.now = from, want
	l.shown = l.match(want.filter)
	l.sort()
	return true
}

func (l *list) source() source {
	s := source{made: true, n: len(l.known.Runs.Value), mine: l.mine()}
	if s.n > 0 {
		s.first = &l.known.Runs.Value[0]
	}
	if s.mine != nil {
		s.over, s.live, s.stops = s.mine.Over, s.mine.State.Revision(), s.mine.Stopping
	}
	return s
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

// read takes the recorded runs over.
func (l *list) read() {
	recorded := l.known.Runs.Value
	l.past = make([]*run, 0, len(recorded))
	for i := range recorded {
		l.past = append(l.past, fromSummary(&recorded[i]))
	}
	slices.SortStableFunc(l.past, newestFirst)
	l.index = index{}
}

// gather puts the recorded runs and the program's own together. Of that the
// program knows more than the record does, until that has its end too.
func (l *list) gather(mine *known.Run) {
	l.all = slices.Clone(l.past)
	if mine == nil {
		return
	}
	same := func(r *run) bool { return r.id == mine.ID }
	if i := slices.IndexFunc(l.all, same); i >= 0 {
		if mine.Over && l.all[i].ending.Ending == session.RunFinished {
			return
		}
		l.all = slices.DeleteFunc(l.all, same)
	}
	own := fromState(mine)
	at, _ := slices.BinarySearchFunc(l.all, own, newestFirst)
	l.all = slices.Insert(l.all, at, own)
}

// newestFirst orders by the id, which begins with the time.
func newestFirst(a, b *run) int { return cmp.Compare(b.id, a.id) }

func fromSummary(s *session.RunSummary) *run {
	r := &run{
		id: string(s.ID), started: s.Started, start: s.Start, end: s.End,
		counts: s.Counts, open: len(s.Open), broken: len(s.Problems),
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
	r.open = len(snap.Started.Machines)
	for i := range snap.Machines {
		if snap.Machines[i].Result != nil && r.open > 0 {
			r.open--
		}
	}
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
