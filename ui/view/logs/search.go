package logs

import (
	"fmt"

	"assay/fleet/run/state"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
)

// How much of a search is done at once. Finding the nearest match goes through
// all lines if it must, but only when somebody types or asks for the next one;
// counting is done in pieces, some with each frame.
const (
	mostMatches = 1000
	atOnce      = 16 << 20 // bytes that are counted when somebody types
	eachFrame   = 1 << 20  // while lines come
	eachPause   = 4 << 20  // while none do
)

// search is what is looked for.
type search struct {
	needle  state.Needle
	matches *state.Matches // nil while nothing is looked for
	count   int
	whole   bool // count is of all kept lines
	from    origin
}

// origin is where a search began, to return to when it is given up.
type origin struct {
	cursor, top int64
	above       int
	follow      bool
}

func (s *search) on() bool { return !s.needle.Empty() }

// tally counts some more lines.
func (s *search) tally(l *state.Logs, bytes int) {
	if s.matches != nil && l != nil {
		s.count, s.whole = s.matches.Count(l, mostMatches, bytes)
	}
}

// words say how many lines match.
func (s *search) words() string {
	switch {
	case s.count >= mostMatches:
		return fmt.Sprintf("%d+ matching lines", mostMatches)
	case !s.whole:
		return fmt.Sprintf("%d+ matching lines, counting", s.count)
	case s.count == 0:
		return "no line matches"
	case s.count == 1:
		return "1 matching line"
	}
	return fmt.Sprintf("%d matching lines", s.count)
}

// beginSearch gives the line to type on the focus.
func (v *View) beginSearch() {
	v.input.Focus()
	v.search.from = origin{v.cursor, v.top, v.above, v.follow}
}

// typed looks for what is typed now, from where the search began: the nearest
// line after it, or before it. While following, the newest one.
func (v *View) typed() {
	from := v.search.from
	v.search = search{from: from, needle: state.NewNeedle(v.input.Value()), whole: true}
	v.cursor, v.top, v.above, v.follow = from.cursor, from.top, from.above, from.follow
	l := v.logs()
	if l == nil || !v.search.on() {
		return
	}
	at := v.cursor
	if v.follow {
		at = state.End
	}
	seq, ok := l.Find(v.search.needle, at, v.follow)
	if !ok && !v.follow {
		seq, ok = l.Find(v.search.needle, at, true)
	}
	v.search.matches = state.NewMatches(v.search.needle)
	if ok {
		v.show(l, seq)
	} else {
		v.search.matches.None(l)
	}
	v.search.tally(l, atOnce)
}

// endSearch forgets the search; back returns to where it began.
func (v *View) endSearch(back bool) {
	if from := v.search.from; back && v.search.on() {
		v.cursor, v.top, v.above, v.follow = from.cursor, from.top, from.above, from.follow
	}
	v.search = search{}
	v.input.SetValue("")
	v.input.Blur()
}

// next goes to the next match, round the end.
func (v *View) next(back bool) []view.Ask {
	l := v.logs()
	if l == nil || !v.search.on() {
		return nil
	}
	v.hold(l)
	from, round, words := v.cursor+1, state.Begin, "The search went on from the beginning"
	if back {
		from, round, words = v.cursor-1, state.End, "The search went on from the end"
	}
	if seq, ok := l.Find(v.search.needle, from, back); ok {
		v.show(l, seq)
		return nil
	}
	seq, ok := l.Find(v.search.needle, round, back)
	if !ok {
		return []view.Ask{view.Say{Level: style.Warn, Text: "No line in memory matches"}}
	}
	v.show(l, seq)
	return []view.Ask{view.Say{Text: words}}
}

// show puts the cursor on a line: where that is not on the screen with what is
// around, and sideways so far that the match is seen.
func (v *View) show(l *state.Logs, seq int64) {
	v.hold(l)
	v.cursor = seq
	v.about = true
	for _, r := range v.page.rows {
		if v.page.lines[r.line].Seq == seq {
			v.about = false
		}
	}
	if lines := l.Window(seq, 1, false); len(lines) > 0 && !v.wrap {
		v.reveal(lines[0].Text)
	}
}

// reveal scrolls sideways where the first match of a text is not seen.
func (v *View) reveal(text string) {
	text = term.Clean(text)
	found := v.search.needle.In(text)
	if len(found) == 0 {
		return
	}
	begin, end := term.Width(text[:found[0][0]]), term.Width(text[:found[0][1]])
	switch {
	case end <= v.w && begin < v.x:
		v.x = 0
	case begin < v.x || end > v.x+v.w:
		v.x = max(begin-v.w/3, 0)
	}
}
