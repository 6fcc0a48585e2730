// Package term is the console's border to the terminal: what may be written
// to it, how wide that is, its clipboard, and what it may be asked.
package term

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"assay/fleet/host"
	_ "assay/ui/term/quiet" // whoever draws must not ask the terminal at start
)

// longest is how many bytes of a line are looked at: nobody reads more of it
// on a screen.
const longest = 4 << 10

// Clean makes one line that may be shown of any text: without control
// sequences, bidirectional and invisible characters, tabs as spaces, newlines
// as spaces, cut to 4 KiB.
func Clean(s string) string {
	if plain(s) && len(s) <= longest {
		return s
	}
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	s = host.Sanitize(s)
	s = strings.ReplaceAll(s, "\n", " ")
	return strings.ReplaceAll(s, "\t", "    ")
}

// plain reports whether s is printable ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// Width is how many columns a clean text takes.
func Width(s string) int {
	if plain(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// Cut returns what of a clean text fits w columns, with an ellipsis where
// something is missing.
func Cut(s string, w int, ellipsis string) string {
	if w <= 0 {
		return ""
	}
	if Width(s) <= w {
		return s
	}
	return ansi.Truncate(s, w, ellipsis)
}

// Skip returns a clean text without its first n columns.
func Skip(s string, n int) string {
	if n <= 0 {
		return s
	}
	return ansi.TruncateLeft(s, n, "")
}
