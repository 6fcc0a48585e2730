package dialog

import (
	"strings"

	"assay/ui/term"
	"assay/ui/view"
)

// fold breaks a line of text between words into lines of at most w columns,
// all of them indented as the line is.
func fold(text string, w int) []string {
	text = term.Clean(text)
	words := strings.TrimLeft(text, " ")
	indent := text[:len(text)-len(words)]
	if len(indent) > w*3/4 { // there is no room for both
		indent = ""
	}
	lines := view.Fold(words, w-len(indent))
	for i := range lines {
		lines[i] = indent + lines[i]
	}
	return lines
}
