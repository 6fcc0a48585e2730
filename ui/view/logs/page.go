package logs

import (
	"slices"
	"strings"
	"unicode/utf8"

	"assay/fleet/run/state"
	"assay/ui/term"
)

// page is the lines on a screen, each in one row or, while wrapping, in
// several.
type page struct {
	lines []state.Line
	rows  []row
}

type row struct {
	line int // in page.lines
	part int // of the line's rows
	text string
}

// top is the number of the line at the top and how many of its rows are above.
func (p *page) top() (seq int64, above int) {
	if len(p.rows) == 0 {
		return 0, 0
	}
	return p.lines[p.rows[0].line].Seq, p.rows[0].part
}

// newest is the number of the last line, 0 without lines.
func (p *page) newest() int64 {
	if len(p.rows) == 0 {
		return 0
	}
	return p.lines[p.rows[len(p.rows)-1].line].Seq
}

// at is the line that row y shows, nil if none.
func (p *page) at(y int) *state.Line {
	if y < 0 || y >= len(p.rows) {
		return nil
	}
	return &p.lines[p.rows[y].line]
}

// count is how many lines there are.
func (p *page) count() int {
	if len(p.rows) == 0 {
		return 0
	}
	return p.rows[len(p.rows)-1].line - p.rows[0].line + 1
}

// layout lays lines out in rows of w columns.
type layout struct {
	logs *state.Logs
	w, h int
	x    int // columns left of the screen, without wrapping
	wrap bool
}

// from is the page that begins with the line seq, without its first rows.
func (l *layout) from(seq int64, above int) page {
	p := page{lines: l.logs.Window(seq, l.h, false)}
	for i := range p.lines {
		if len(p.rows) >= l.h {
			break
		}
		p.add(i, l.rows(p.lines[i].Text))
		if i == 0 && p.lines[0].Seq == seq {
			p.rows = slices.Delete(p.rows, 0, min(above, len(p.rows)-1))
		}
	}
	p.rows = p.rows[:min(len(p.rows), l.h)]
	return p
}

// until is the page that ends with the last row of the line seq.
func (l *layout) until(seq int64) page {
	p := page{lines: l.logs.Window(seq, l.h, true)}
	texts := make([][]string, len(p.lines))
	first, n := len(p.lines), 0
	for first > 0 && n < l.h {
		first--
		texts[first] = l.rows(p.lines[first].Text)
		n += len(texts[first])
	}
	for i := first; i < len(texts); i++ {
		p.add(i, texts[i])
	}
	p.rows = p.rows[max(len(p.rows)-l.h, 0):]
	return p
}

func (p *page) add(line int, texts []string) {
	for part, text := range texts {
		p.rows = append(p.rows, row{line, part, text})
	}
}

// rows are the rows of a text, one at least. Of a text that is not wrapped no
// more is looked at than what is to be seen.
func (l *layout) rows(text string) []string {
	if l.wrap {
		return wrapped(term.Clean(text), l.w)
	}
	return []string{skip(term.Clean(beginning(text, l.x+l.w)), l.x)}
}

// height is how many rows a line takes.
func (l *layout) height(text string) int {
	if !l.wrap {
		return 1
	}
	return len(l.rows(text))
}

// beginning is enough of a text to fill w columns, in most of the world's
// scripts.
func beginning(text string, w int) string {
	most := 64 + 6*max(w, 0)
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// skip is a clean text without its first n columns.
func skip(text string, n int) string {
	wide := term.Width(text)
	switch {
	case n <= 0:
		return text
	case n >= wide:
		return ""
	case wide == len(text):
		return text[n:]
	}
	return term.Skip(text, n)
}

// wrapped cuts a clean text into rows of at most w columns, between words
// where that leaves a row at least half full.
func wrapped(text string, w int) []string {
	w = max(w, 1)
	if term.Width(text) <= w {
		return []string{text}
	}
	var rows []string
	for text != "" {
		head := fitting(text, w)
		if i := strings.LastIndexByte(head, ' '); len(head) < len(text) && text[len(head)] != ' ' && i >= len(head)/2 {
			head = head[:i+1]
		}
		rows = append(rows, head)
		text = text[len(head):]
	}
	return rows
}

// fitting is what of a clean text fits a row, a character at least.
func fitting(text string, w int) string {
	if some := text[:min(w, len(text))]; len(some) == term.Width(some) && isASCII(text[:min(w+1, len(text))]) {
		return some
	}
	head := term.Cut(beginning(text, w), w, "")
	if head == "" || !strings.HasPrefix(text, head) {
		_, size := utf8.DecodeRuneInString(text)
		return text[:size]
	}
	return head
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

func width(name string) int { return term.Width(term.Clean(name)) }
