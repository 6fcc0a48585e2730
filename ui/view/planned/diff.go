package planned

import (
	"fmt"
	"strings"

	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

const (
	diffLines  = 80   // lines of a difference that are there at once; below them the others
	mostLines  = 5000 // lines of it in the tree altogether
	diffDepth  = 3    // of a line of a difference
	wholeLines = 500  // folded lines of one value or line that is too long
)

// diff are the lines of a unified difference; of many the first ones, with the
// others below a line that opens. What is cut of a long line is below it.
func (b *builder) diff(id, text string, cut bool) []*outline.Item {
	var lines []string
	n := 0
	for line := range strings.Lines(text) {
		if n++; n <= mostLines {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	var list []*outline.Item
	for i, line := range lines[:min(len(lines), diffLines)] {
		list = append(list, b.diffLine(fmt.Sprint(id, " line ", i+1), line))
	}
	if n <= diffLines && !cut {
		return list
	}
	rest := item(id + " rest")
	switch {
	case cut && n > diffLines:
		rest.Line = widget.Line{widget.R(style.Muted, word.Count(n-diffLines, "more line")+"; the plan has no more of them, but the file goes on")}
	case cut:
		rest.Line = widget.Line{widget.R(style.Muted, "the plan has no more lines, but the difference goes on")}
	default:
		rest.Line = widget.Line{widget.R(style.Muted, word.Count(n-diffLines, "more line"))}
	}
	rest.Copy, rest.What = text, "the whole difference"
	if len(lines) > diffLines {
		rest.More = func() (more []*outline.Item) {
			for i, line := range lines[diffLines:] {
				more = append(more, b.diffLine(fmt.Sprint(rest.ID, " ", i), line))
			}
			return more
		}
	}
	return append(list, rest)
}

// diffLine is one line of a difference.
func (b *builder) diffLine(id, line string) *outline.Item {
	role := diffRole(line)
	it := item(id, widget.R(role, line))
	it.Copy, it.What = line, "the line"
	return b.long(it, line, role, diffDepth)
}

// long has the whole text below an item where that shows only its beginning.
func (b *builder) long(it *outline.Item, text string, role style.Role, depth int) *outline.Item {
	if len(text) < 8 || lineWidth(it.Line) <= b.room(depth) {
		return it
	}
	it.More = func() (more []*outline.Item) {
		folded := view.Fold(text, max(b.room(depth+1), 20))
		for i, l := range folded[:min(len(folded), wholeLines)] {
			more = append(more, outline.Note(fmt.Sprint(it.ID, " whole ", i), widget.R(role, l)))
		}
		if n := len(folded) - wholeLines; n > 0 {
			more = append(more, outline.Note(it.ID+" whole rest", widget.R(style.Muted, "and "+word.Count(n, "more line"))))
		}
		return more
	}
	return it
}

func diffRole(line string) style.Role {
	switch {
	case strings.HasPrefix(line, "@@"):
		return style.Muted
	case strings.HasPrefix(line, "+"):
		return style.Added
	case strings.HasPrefix(line, "-"):
		return style.Removed
	}
	return style.Plain
}

// head is the beginning of a value, clean.
func head(text string) string { return term.Clean(text[:min(len(text), 2*valueBytes)]) }
