package state

import (
	"sort"
	"time"
)

// A machine's log is a row of chunks. A chunk is written once, from its
// beginning to its end, and given up as a whole; nothing in it moves. So
// whoever noted how far it was written may read it up to there without a lock,
// and the garbage collector has nothing to look for in it.

// Sizes of chunks, in bytes of text.
const (
	largestChunk  = 16 << 10
	smallestChunk = 1 << 10
	// usual is what a line usually takes: a chunk has room for so many.
	usual = 97
)

// What things count against the budget.
const (
	recBytes   = 24
	chunkBytes = 136 // and the pointer to it
)

// rec is what is noted of a line beside its text.
type rec struct {
	seq    int64
	micros int64  // since 1970
	off    uint32 // where its text begins; a newline ends it
	stream uint8
	level  Level
}

func (r *rec) time() time.Time { return time.UnixMicro(r.micros).UTC() }

// tally counts lines by level.
type tally [levels]int

// from is how many have at least that level.
func (t *tally) from(least Level) (n int) {
	for _, m := range t[min(least, levels):] {
		n += m
	}
	return n
}

func (t *tally) add(o *tally) {
	for i := range t {
		t[i] += o[i]
	}
}

type chunk struct {
	id     uint64
	before tally // lines in the machine's chunks before this one, from the run's beginning
	lines  tally
	recs   []rec
	text   []byte
}

// newChunk returns an empty chunk for about so many bytes of text.
func newChunk(id uint64, size int, before tally) *chunk {
	return &chunk{id: id, before: before, recs: make([]rec, 0, max(size/usual, 1)), text: make([]byte, 0, size)}
}

// chunkCost is what a chunk of that size counts.
func chunkCost(size int) int { return size + max(size/usual, 1)*recBytes + chunkBytes }

func (c *chunk) cost() int { return chunkCost(cap(c.text)) }

// fits reports whether a line has room.
func (c *chunk) fits(text string) bool {
	return len(c.recs) < cap(c.recs) && len(c.text)+len(text) < cap(c.text)
}

func (c *chunk) add(r rec, text string) {
	r.off = uint32(len(c.text))
	c.text = append(append(c.text, text...), '\n')
	c.recs = append(c.recs, r)
	c.lines[r.level]++
}

// begin is where the text of line i begins. The one after the last begins
// where the chunk ends.
func (c *chunk) begin(i int) int {
	if i == len(c.recs) {
		return len(c.text)
	}
	return int(c.recs[i].off)
}

func (c *chunk) textOf(i int) string { return string(c.text[c.begin(i) : c.begin(i+1)-1]) }

// lineAt is the line that holds the byte at off.
func (c *chunk) lineAt(off int) int {
	return sort.Search(len(c.recs), func(i int) bool { return int(c.recs[i].off) > off }) - 1
}

// seek is the first line whose number is at least seq.
func (c *chunk) seek(seq int64) int {
	return sort.Search(len(c.recs), func(i int) bool { return c.recs[i].seq >= seq })
}

func (c *chunk) last() int64 { return c.recs[len(c.recs)-1].seq }
