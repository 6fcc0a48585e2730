package state

import (
	"math"
	"slices"
)

// lines is the log of one machine.
type lines struct {
	index  int      // in kept.sizes
	chunks []*chunk // the oldest first; shared with readers: appended to, never changed
	added  tally    // lines that were kept, from the run's beginning
	gone   tally    // of those, given up since
	stream string   // of the last line
	code   uint8    // of that stream
}

// kept is what the logs of all machines have in common: the budget, which is
// shared fairly. Where there is no room left, the machine that takes the most
// gives up its oldest lines; so one that prints little loses nothing to one
// that prints much.
type kept struct {
	budget, used int
	sizes        []int // by machine, beside each other to be gone through fast
	owners       []*machine
	ids          uint64
	streams      []string
}

func (k *kept) join(m *machine) {
	m.log.index = len(k.sizes)
	k.sizes = append(k.sizes, 0)
	k.owners = append(k.owners, m)
}

// add keeps a line of the machine, if it fits the budget at all.
func (k *kept) add(m *machine, r rec, stream, text string) {
	l := &m.log
	n := len(l.chunks)
	if n == 0 || !l.chunks[n-1].fits(text) {
		if !k.grow(m, len(text)+1) {
			m.Dropped++
			return
		}
		n = len(l.chunks)
	}
	r.stream = k.code(l, stream)
	l.chunks[n-1].add(r, text)
	l.added[r.level]++
}

// grow gives the machine one more chunk, with room for that many bytes at
// least.
func (k *kept) grow(m *machine, room int) bool {
	l := &m.log
	size := k.size(l, room)
	cost := chunkCost(size)
	if cost > k.budget {
		return false
	}
	for k.used+cost > k.budget {
		k.giveUp(k.largest())
	}
	k.ids++
	k.used += cost
	k.sizes[l.index] += cost
	l.chunks = append(l.chunks, newChunk(k.ids, size, l.added))
	return true
}

// size is that of a machine's next chunk: twice the last one's, as long as
// each machine could have several.
func (k *kept) size(l *lines, room int) int {
	least := min(max(k.budget/16, 64), smallestChunk)
	most := min(max(k.budget/(8*len(k.sizes)), least), largestChunk)
	size := least
	if n := len(l.chunks); n > 0 {
		size = min(max(2*cap(l.chunks[n-1].text), least), most)
	}
	return max(size, room)
}

// largest is the machine that takes the most.
func (k *kept) largest() *machine {
	at := 0
	for i, size := range k.sizes {
		if size > k.sizes[at] {
			at = i
		}
	}
	return k.owners[at]
}

// giveUp drops the machine's oldest chunk; of very many a few, because the row
// of those that remain is copied: readers may hold it.
func (k *kept) giveUp(m *machine) {
	l := &m.log
	n := max(len(l.chunks)/32, 1)
	for _, c := range l.chunks[:n] {
		k.used -= c.cost()
		k.sizes[l.index] -= c.cost()
		l.gone.add(&c.lines)
		m.Dropped += len(c.recs)
	}
	l.chunks = slices.Clone(l.chunks[n:])
}

// longestStream is how much is kept of a stream's name, in bytes.
const longestStream = 64

// code numbers the names of streams; 0 is "". There are a handful; what comes after
// the 255th has no name.
func (k *kept) code(l *lines, name string) uint8 {
	if name == l.stream {
		return l.code
	}
	name = name[:min(len(name), longestStream)]
	at := slices.Index(k.streams, name)
	if at < 0 && len(k.streams) < math.MaxUint8 {
		at = len(k.streams)
		k.streams = append(k.streams, name)
	}
	if at < 0 {
		at = math.MaxUint8
	}
	l.stream, l.code = name, uint8(at)
	return l.code
}
