package state

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Needle is a text to look for in lines. A needle without capitals is found
// without regard to case. It may be used by several goroutines.
type Needle struct {
	text  []byte
	exact bool
	wide  bool // has letters that are no ASCII
}

// NewNeedle returns the needle. An empty one, and one with a newline, is in no
// line.
func NewNeedle(text string) Needle {
	if strings.Contains(text, "\n") {
		return Needle{}
	}
	return Needle{
		text: []byte(text), exact: strings.ContainsFunc(text, unicode.IsUpper),
		wide: strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }),
	}
}

// Empty reports whether it is in no line.
func (n Needle) Empty() bool { return len(n.text) == 0 }

// In returns the pieces of text that match, as offsets of their beginnings and
// ends.
func (n Needle) In(text string) (found [][2]int) {
	if n.Empty() || len(text) < len(n.text) {
		return nil
	}
	hay := n.hay([]byte(text), nil)
	for from := 0; ; {
		i := bytes.Index(hay[from:], n.text)
		if i < 0 {
			return found
		}
		found = append(found, [2]int{from + i, from + i + len(n.text)})
		from += i + len(n.text)
	}
}

// hay is text as the needle is compared with it; it may be in scratch.
func (n Needle) hay(text, scratch []byte) []byte {
	if n.exact {
		return text
	}
	scratch = append(scratch[:0], text...)
	fold(scratch)
	if n.wide {
		foldWide(scratch)
	}
	return scratch
}

// search goes through chunks with a needle.
type search struct {
	needle  Needle
	least   Level
	scratch []byte
}

func (l *Logs) search(n Needle) *search { return &search{needle: n, least: l.filter.Least} }

// each calls yield with the lines from lo up to hi that match, until it
// returns false.
func (s *search) each(c *chunk, lo, hi int, yield func(line int) bool) {
	if lo >= hi || c.lines.from(s.least) == 0 {
		return
	}
	begin := c.begin(lo)
	hay := c.text[begin:c.begin(hi)]
	if !s.needle.exact {
		s.scratch = s.needle.hay(hay, s.scratch)
		hay = s.scratch
	}
	for from := 0; from < len(hay); {
		i := bytes.Index(hay[from:], s.needle.text)
		if i < 0 {
			return
		}
		line := c.lineAt(begin + from + i)
		if c.recs[line].level >= s.least && !yield(line) {
			return
		}
		from = c.begin(line+1) - begin
	}
}

// Find returns the number of the nearest line that matches: forwards the first
// one from the number from on, backwards the last one up to it. It goes through
// the chunks of all machines in the order in which they could hold that line.
func (l *Logs) Find(n Needle, from int64, back bool) (seq int64, ok bool) {
	if n.Empty() {
		return 0, false
	}
	s := l.search(n)
	m := l.merge(from, back)
	for len(m.heap) > 0 && (!ok || m.heap[0].seq < seq != back) {
		c := &m.heap[0]
		ch := c.tail.at(c.chunk)
		lo, hi := c.line, len(ch.recs)
		if back {
			lo, hi = 0, c.line+1
		}
		s.each(ch, lo, hi, func(line int) bool {
			if at := ch.recs[line].seq; !ok || at < seq != back {
				seq, ok = at, true
			}
			return back // forwards, the chunk's first one is the nearest
		})
		m.skip()
	}
	return seq, ok
}
