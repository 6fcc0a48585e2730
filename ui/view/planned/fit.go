package planned

import (
	"strings"

	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
)

const (
	leastName = 16 // columns of a name are shown however long a place is
	leastRest = 12 // of what follows it, before the place loses its directories
)

// placed gives an item its place in a file, so many levels deep. The place can
// be seen however little room there is: first what follows the name is cut short,
// then the place's directories, then the rest of that and the name.
func (b *builder) placed(it *outline.Item, at string, depth int) *outline.Item {
	if at == "" {
		it.Line = b.fit(it.Line, max(b.room(depth), leastName))
		return it
	}
	if pos, ok := position(at); ok {
		it.At, it.Link = pos, view.At(pos)
	}
	n := nameOf(it.Line) + 1
	room, name := b.room(depth)-2, lineWidth(it.Line[:n])+min(lineWidth(it.Line[n:]), leastRest)
	shown := at
	for _, shorter := range []string{near(at, 2), near(at, 1)} {
		if name+term.Width(term.Clean(shown)) > room {
			shown = shorter
		}
	}
	it.Line = b.fit(it.Line, max(room-term.Width(term.Clean(shown)), leastName))
	return right(it, style.Muted, shown)
}

// near is the end of a place: so many parts of its path.
func near(at string, parts int) string {
	i := len(at)
	for range parts {
		if i = strings.LastIndexByte(at[:i], '/'); i < 0 {
			return at
		}
	}
	return at[i+1:]
}

// fit cuts a line's last spans so that it takes at most so many columns; of
// what then is left the middle.
func (b *builder) fit(line widget.Line, room int) widget.Line {
	ellipsis := b.v.env.Style.Glyphs.Ellipsis
	over, name := lineWidth(line)-room, nameOf(line)
	for i := len(line) - 1; i >= 0 && over > 0; i-- {
		text := term.Clean(line[i].Text)
		wide := term.Width(text)
		if wide <= 2 {
			continue // a mark
		}
		if left := wide - over; left < 4 && i > name {
			text = ""
		} else if i > name {
			text = term.Cut(text, left, ellipsis)
		} else {
			text = middle(text, max(left, 4), ellipsis)
		}
		line[i].Text = text
		over -= wide - term.Width(text)
	}
	return line
}

// nameOf is the place of the name in a line: the first span but a mark.
func nameOf(line widget.Line) int {
	for i, s := range line {
		if term.Width(term.Clean(s.Text)) > 2 {
			return i
		}
	}
	return len(line) - 1
}

// middle cuts a text in its middle: both ends of an option's name tell what it
// is.
func middle(text string, w int, ellipsis string) string {
	runes := []rune(text)
	for cut := 1; cut < len(runes); cut++ {
		from := (len(runes) - cut) / 2
		short := string(runes[:from]) + ellipsis + string(runes[from+cut:])
		if term.Width(short) <= w {
			return short
		}
	}
	return term.Cut(text, w, ellipsis)
}

func lineWidth(l widget.Line) int {
	n := 0
	for _, s := range l {
		n += term.Width(term.Clean(s.Text))
	}
	return n
}
