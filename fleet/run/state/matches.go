package state

// Matches counts the lines that have a needle, again and again while a log
// grows: it remembers how many each chunk has. It belongs to one goroutine.
type Matches struct {
	needle Needle
	filter Filter
	chunks map[uint64]counted // by the chunk's id
}

// counted is how many of a chunk's first lines match.
type counted struct{ looked, found int }

// NewMatches returns a count of the needle's lines that has seen none yet.
func NewMatches(n Needle) *Matches { return &Matches{needle: n, chunks: map[uint64]counted{}} }

// Count returns how many of the log's lines match. It stops at most, and after
// it has gone through about so many bytes of text; whole says that it did
// neither. Calling it again goes on where it stopped.
func (m *Matches) Count(l *Logs, most, bytes int) (n int, whole bool) {
	if m.needle.Empty() {
		return 0, true
	}
	if m.filter != l.filter {
		m.filter, m.chunks = l.filter, map[uint64]counted{}
	}
	s, alive, whole := l.search(m.needle), 0, true
	for i := range l.tails {
		t := &l.tails[i]
		alive += len(t.chunks)
		for j := range t.chunks {
			c := t.at(j)
			done := m.chunks[c.id]
			if done.looked < len(c.recs) && bytes > 0 && n < most {
				bytes -= len(c.text) - c.begin(done.looked)
				s.each(c, done.looked, len(c.recs), func(int) bool { done.found++; return true })
				done.looked = len(c.recs)
				m.chunks[c.id] = done
			}
			whole = whole && done.looked == len(c.recs)
			n += done.found
		}
	}
	if len(m.chunks) > alive+256 {
		m.forget(l)
	}
	if n > most {
		return most, false
	}
	return n, whole
}

// None notes that no line of the log matches, which a search in vain has found
// out.
func (m *Matches) None(l *Logs) {
	m.filter, m.chunks = l.filter, map[uint64]counted{}
	for i := range l.tails {
		t := &l.tails[i]
		for j := range t.chunks {
			c := t.at(j)
			m.chunks[c.id] = counted{looked: len(c.recs)}
		}
	}
}

// forget drops what is known of chunks that are gone.
func (m *Matches) forget(l *Logs) {
	alive := make(map[uint64]counted, len(m.chunks))
	for i := range l.tails {
		for _, c := range l.tails[i].chunks {
			if done, ok := m.chunks[c.id]; ok {
				alive[c.id] = done
			}
		}
	}
	m.chunks = alive
}
