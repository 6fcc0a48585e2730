package state

import "sort"

// place is a line in a tail; past the last one, chunk is their number.
type place struct{ chunk, line int }

// seek is the first line whose number is at least seq.
func (t *tail) seek(seq int64) place {
	i := sort.Search(len(t.chunks), func(i int) bool { return t.at(i).last() >= seq })
	if i == len(t.chunks) {
		return place{chunk: i}
	}
	return place{i, t.at(i).seek(seq)}
}

// cursor stands on a line of a tail that the filter lets through.
type cursor struct {
	tail *tail
	place
	seq int64
}

// forward moves to the first line at its place or after it; false means that
// there is none.
func (c *cursor) forward(least Level) bool {
	for ; c.chunk < len(c.tail.chunks); c.chunk, c.line = c.chunk+1, 0 {
		ch := c.tail.at(c.chunk)
		if ch.lines.from(least) == 0 {
			continue
		}
		for ; c.line < len(ch.recs); c.line++ {
			if r := &ch.recs[c.line]; r.level >= least {
				c.seq = r.seq
				return true
			}
		}
	}
	return false
}

// backward moves to the last line before its place.
func (c *cursor) backward(least Level) bool {
	for {
		if c.chunk < len(c.tail.chunks) {
			if ch := c.tail.at(c.chunk); ch.lines.from(least) > 0 {
				for c.line--; c.line >= 0; c.line-- {
					if r := &ch.recs[c.line]; r.level >= least {
						c.seq = r.seq
						return true
					}
				}
			}
		}
		if c.chunk == 0 {
			return false
		}
		c.chunk--
		c.line = len(c.tail.at(c.chunk).recs)
	}
}

// merging goes through the lines of all tails in the order of their numbers.
type merging struct {
	heap  []cursor // the next one first
	least Level
	back  bool
}

// merge begins with the first line that is not before from; backwards with
// the last one that is not after it.
func (l *Logs) merge(from int64, back bool) *merging {
	m := &merging{heap: make([]cursor, 0, len(l.tails)), least: l.filter.Least, back: back}
	for i := range l.tails {
		t := &l.tails[i]
		c := cursor{tail: t}
		switch {
		case !back:
			c.place = t.seek(from)
		case from == End:
			c.chunk = len(t.chunks)
		default:
			c.place = t.seek(from + 1)
		}
		if m.move(&c) {
			m.heap = append(m.heap, c)
		}
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.down(i)
	}
	return m
}

func (m *merging) move(c *cursor) bool {
	if m.back {
		return c.backward(m.least)
	}
	return c.forward(m.least)
}

// next leaves the first line behind.
func (m *merging) next() {
	if !m.back {
		m.heap[0].line++
	}
	m.advance()
}

// skip leaves the first line behind, with the rest of its chunk.
func (m *merging) skip() {
	c := &m.heap[0]
	c.line = 0
	if !m.back {
		c.chunk++
	}
	m.advance()
}

func (m *merging) advance() {
	if !m.move(&m.heap[0]) {
		last := len(m.heap) - 1
		m.heap[0] = m.heap[last]
		m.heap = m.heap[:last]
	}
	m.down(0)
}

func (m *merging) down(i int) {
	for {
		least := i
		for _, child := range [2]int{2*i + 1, 2*i + 2} {
			if child < len(m.heap) && m.before(child, least) {
				least = child
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}

func (m *merging) before(i, j int) bool {
	return (m.heap[i].seq < m.heap[j].seq) != m.back
}
