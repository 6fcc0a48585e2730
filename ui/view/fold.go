package view

import (
	"strings"
	"unicode/utf8"

	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/widget"
)

// Fold breaks a text between words into lines of at most w columns, and within
// a word where that alone is wider. Its lines are clean; there is one at least.
func Fold(text string, w int) []string {
	w = max(w, 1)
	var lines []string
	line, wide := "", 0
	for _, word := range strings.Fields(term.Clean(text)) {
		width := term.Width(word)
		if line != "" && wide+1+width <= w {
			line, wide = line+" "+word, wide+1+width
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for width > w {
			head := term.Cut(word, w, "")
			if head == "" || !strings.HasPrefix(word, head) { // a wide character in one column
				_, first := utf8.DecodeRuneInString(word)
				head = word[:first]
			}
			lines, word = append(lines, head), word[len(head):]
			width = term.Width(word)
		}
		line, wide = word, width
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// Folded breaks lines to a width. What comes of a line is in the role of its
// beginning.
func Folded(lines []widget.Line, w int) []widget.Line {
	var out []widget.Line
	for _, l := range lines {
		role := style.Plain
		if len(l) > 0 {
			role = l[0].Role
		}
		for _, row := range Fold(l.Text(), w) {
			out = append(out, widget.Line{widget.R(role, row)})
		}
	}
	return out
}
