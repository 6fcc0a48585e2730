package embedded

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"assay/fleet/host"
)

const (
	maxText  = 64 << 10 // bytes of one file's text in a record
	maxValue = 8 << 10  // bytes of one line in a record
)

// position matches a place in a file of the tree, with the word before it:
// records carry none, or moving a line would change every host.
var position = regexp.MustCompile(`(?:\s*\(?\b(?:at|in)\s+|\s*\()?[^\s:()]+\.nix:[0-9]+(?::[0-9]+)?\)?`)

func withoutPositions(s string) string {
	return strings.Trim(position.ReplaceAllString(s, ""), " :")
}

// isText reports whether content may be shown as text of several lines.
func isText(s string) bool { return utf8.ValidString(s) && host.Sanitize(s) == s }

// line makes one harmless line of s. What is longer than maxValue is cut and
// marked with the hash of the whole, so that unequal values stay unequal.
func line(s string) string {
	clean := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, host.Sanitize(s))
	if len(clean) <= maxValue {
		return clean
	}
	return clip(clean, maxValue-64) + fmt.Sprintf(" ... (%d bytes, sha256 %.16x)", len(s), sha256.Sum256([]byte(s)))
}

// clip cuts s to at most n bytes, between runes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
