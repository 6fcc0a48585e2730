package state

import (
	"math"
	"slices"
	"time"
)

// Line is one kept log line.
type Line struct {
	Seq     int64 // of its event
	Machine string
	Time    time.Time // in microseconds
	Stream  string
	Level   Level
	Text    string
}

// Filter says which lines are meant. The zero Filter means all.
type Filter struct {
	Machine string // "" all of them, merged
	Least   Level  // and worse
}

// The ends of a log, for Window and Find.
const (
	Begin int64 = 0
	End   int64 = math.MaxInt64
)

// Logs is the kept log as it was when it was asked for, without the lines that
// its filter leaves out. It copies nothing but what it returns, takes no lock
// and does not change; it holds what it shows, so nobody should keep one
// longer than to draw a screen. Several goroutines may read it.
//
// Lines are in the order of their numbers, over all machines. Chunks without a
// line of the level are passed over as a whole, so that few lines among very
// many are found as fast as any.
type Logs struct {
	filter  Filter
	tails   []tail
	streams []string
	lines   int
	dropped int
}

// tail is where one machine's log ended at that moment.
type tail struct {
	name   string
	chunks []*chunk
	open   chunk // what the last of them was
	added  tally
	gone   tally
}

func (t *tail) at(i int) *chunk {
	if i == len(t.chunks)-1 {
		return &t.open
	}
	return t.chunks[i]
}

// Logs returns the log at this moment. It costs as much as there are machines,
// not lines.
func (s *State) Logs(f Filter) *Logs {
	s.mu.RLock()
	defer s.mu.RUnlock()
	l := &Logs{filter: f, streams: s.kept.streams}
	if f.Machine != "" {
		if m := s.machines[f.Machine]; m != nil {
			l.note(m)
		}
		return l
	}
	l.tails = make([]tail, 0, len(s.order))
	for _, m := range s.order {
		l.note(m)
	}
	return l
}

func (l *Logs) note(m *machine) {
	l.lines += m.Lines
	l.dropped += m.Dropped
	log := &m.log
	if n := len(log.chunks); n > 0 {
		l.tails = append(l.tails, tail{m.Name, log.chunks, *log.chunks[n-1], log.added, log.gone})
	}
}

// Len is how many lines there are.
func (l *Logs) Len() int { return l.Count(l.filter.Least) }

// Count is how many lines of the filter's machines are kept that have at least
// that level.
func (l *Logs) Count(least Level) (n int) {
	for i := range l.tails {
		t := &l.tails[i]
		n += t.added.from(least) - t.gone.from(least)
	}
	return n
}

// Ever is how many lines there are or were, those that are dropped by now
// among them: it grows with every new line. Lines that were too long to keep
// are not in it.
func (l *Logs) Ever() (n int) {
	for i := range l.tails {
		n += l.tails[i].added.from(l.filter.Least)
	}
	return n
}

// Dropped is how many lines of the filter's machines are no longer kept,
// whatever their level, and All how many there were.
func (l *Logs) Dropped() int { return l.dropped }

// All is how many lines the filter's machines printed, whatever their level,
// kept or not.
func (l *Logs) All() int { return l.lines }

// Before is how many lines come before that number.
func (l *Logs) Before(seq int64) (n int) {
	least := l.filter.Least
	for i := range l.tails {
		t := &l.tails[i]
		p := t.seek(seq)
		if p.chunk == len(t.chunks) {
			n += t.added.from(least) - t.gone.from(least)
			continue
		}
		c := t.at(p.chunk)
		n += c.before.from(least) - t.gone.from(least)
		if least == Info {
			n += p.line
			continue
		}
		for _, r := range c.recs[:p.line] {
			if r.level >= least {
				n++
			}
		}
	}
	return n
}

// Window returns up to n lines, the oldest first: forwards those from the
// number from on, backwards those up to it.
func (l *Logs) Window(from int64, n int, back bool) []Line {
	if n <= 0 {
		return nil
	}
	out := make([]Line, 0, min(n, 256))
	m := l.merge(from, back)
	for len(out) < n && len(m.heap) > 0 {
		out = append(out, l.line(m.heap[0]))
		m.next()
	}
	if back {
		slices.Reverse(out)
	}
	return out
}

// all copies everything.
func (l *Logs) all() []Line {
	if len(l.tails) == 0 {
		return nil
	}
	return l.Window(Begin, l.Len(), false)
}

func (l *Logs) line(at cursor) Line {
	c := at.tail.at(at.chunk)
	r := &c.recs[at.line]
	stream := ""
	if int(r.stream) < len(l.streams) {
		stream = l.streams[r.stream]
	}
	return Line{r.seq, at.tail.name, r.time(), stream, r.level, c.textOf(at.line)}
}

// FirstError is the number of the first kept line of the filter's machines
// that is an error.
func (l *Logs) FirstError() (seq int64, ok bool) {
	worse := *l
	worse.filter.Least = Error
	m := worse.merge(Begin, false)
	if len(m.heap) == 0 {
		return 0, false
	}
	return m.heap[0].seq, true
}
