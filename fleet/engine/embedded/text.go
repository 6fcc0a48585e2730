package embedded

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxText  = 64 << 10 // bytes of one file's text in a record
	maxValue = 8 << 10  // bytes of one line in a record
)

// position matches a place in a file of the tree, with the word before it:
// records carry none, or moving a line would change every host.
var position = regexp.MustCompile(`(?:\s*\(?\b(?:at|in)\s+|\s*\()?[^\s:()]+\.nix:[0-9]+(?::[0-9]+)?\)?`)

func withoutPositions(s string) string {
	return strings.TrimSpace(position.ReplaceAllString(s, ""))
}

// hostile reports whether a rune may not reach a terminal or hides text:
// controls, and the marks that reorder what is read.
func hostile(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029
}

// isText reports whether content may be shown as text of several lines.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && hostile(r)
	})
}

// line makes one harmless line of s. What is longer than maxValue is cut and
// marked with the hash of the whole, so that unequal values stay unequal.
func line(s string) string {
	if len(s) <= maxValue && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return s
	}
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case hostile(r):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
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
