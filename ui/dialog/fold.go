package dialog

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"assay/ui/term"
)

// fold breaks a line of text between words into pieces of at most w columns. A
// line that fits stays as it is, with its indentation. Every step takes
// something away from the text, whatever is in it: what is folded here comes
// from hosts, too.
func fold(text string, w int) []string {
	w = max(w, 1)
	rest := term.Clean(text)
	var out []string
	for term.Width(rest) > w {
		head := term.Cut(rest, w, "")
		if at := strings.LastIndexByte(rest[:min(len(head)+1, len(rest))], ' '); at > 0 && strings.TrimSpace(rest[:at]) != "" {
			head = rest[:at]
		}
		if term.Width(head) == 0 { // not even one character fits
			mark, _ := ansi.FirstGraphemeCluster(rest[len(head):], ansi.WcWidth)
			head = rest[:len(head)+len(mark)]
		}
		out = append(out, head)
		rest = strings.TrimLeft(rest[len(head):], " ")
	}
	if rest != "" || len(out) == 0 {
		out = append(out, rest)
	}
	return out
}
