package dialog

import (
	"assay/ui/term"
	"assay/ui/view"
)

// fold breaks a line of text between words into lines of at most w columns. A
// line that fits stays as it is, with its indentation.
func fold(text string, w int) []string {
	if line := term.Clean(text); term.Width(line) <= w {
		return []string{line}
	}
	return view.Fold(text, w)
}
