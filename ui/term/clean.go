// Package term is the console's border to the terminal: what may be written
// to it, how wide that is, and its clipboard. The terminal itself is never
// asked anything.
//
// How many columns a character takes is a matter that terminals disagree
// about. Most add up the columns of code points; some newer ones look at what
// the reader sees as one character. Clean changes or leaves out what gives
// the second kind more columns than the first, and Width counts as the first
// kind does. So a line is never wider than Width says, and the width of two
// texts is the width of both together. Everybody who measures must do it here.
//
// The functions keep no state and may be called concurrently.
package term

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"assay/fleet/host"
	_ "assay/ui/term/quiet" // whoever draws must not ask the terminal at start
)

// longest is how many bytes a clean text has at most, and how many bytes of a
// text are looked at: nobody reads more of a line on a screen.
const longest = 4 << 10

// cutMark ends a text that was too long.
const cutMark = "…"

// Clean makes one line that may be shown of any text: valid UTF-8 without
// control sequences, bidirectional and invisible characters, tabs as four
// spaces, newlines as one, at most 4 KiB. Variation selectors and the colours
// of emoji are left out, the letters of flags are letters, and what Unicode
// has not assigned is U+FFFD. Clean leaves a clean text as it is.
func Clean(s string) string {
	more := len(s) > longest
	if more {
		s = s[:longest]
		s = s[:len(s)-partial(s)]
	}
	if !settled(s) {
		s = settle(host.Sanitize(s))
	}
	if more || len(s) > longest {
		s = s[:boundary(s, longest-len(cutMark))] + cutMark
	}
	return s
}

// settled reports whether there is nothing to clean in s, as far as that can
// be seen quickly: the usual case.
func settled(s string) bool {
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if columns(r) == 0 {
			return false
		}
		i += size
	}
	return true
}

// partial returns how many bytes at the end of s begin a character that is
// not all there.
func partial(s string) int {
	for n := 1; n < utf8.UTFMax && n <= len(s); n++ {
		if c := s[len(s)-n]; utf8.RuneStart(c) {
			if utf8.FullRuneInString(s[len(s)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}

// boundary returns where the last character that ends within n bytes ends.
func boundary(s string, n int) int {
	at := 0
	for at < len(s) {
		size, _ := next(s[at:])
		if at+size > n {
			break
		}
		at += size
	}
	return at
}

// settle makes a sanitised text one line, and every terminal's width of it at
// most that of Width.
func settle(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case columns(r) > 0:
			b.WriteRune(r)
		case r == '\n':
			b.WriteByte(' ')
		case r == '\t':
			b.WriteString("    ")
		case unicode.Is(unicode.Variation_Selector, r), tints(r):
		case r >= 0x1f1e6 && r <= 0x1f1ff: // half a flag
			b.WriteByte(byte('A' + r - 0x1f1e6))
		case !unicode.IsGraphic(r) && !unicode.Is(unicode.Co, r):
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return widen(b.String())
}

// tints reports whether r is one of the five colours that emoji of people
// come in.
func tints(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }

// widen replaces characters that count for more columns as a whole than their
// code points together.
func widen(s string) string {
	var b strings.Builder
	done := 0
	for at := 0; at < len(s); {
		c, w := cluster(s[at:])
		if w < ansi.StringWidth(c) {
			b.WriteString(s[done:at])
			b.WriteRune(utf8.RuneError)
			done = at + len(c)
		}
		at += len(c)
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// cluster returns what a reader sees as the first character of s, and how many
// columns its code points have together.
func cluster(s string) (c string, w int) {
	n, w := next(s)
	if r, _ := utf8.DecodeRuneInString(s); columns(r) > 0 {
		after, _ := utf8.DecodeRuneInString(s[n:])
		if n == len(s) || columns(after) > 0 {
			return s[:n], w
		}
	}
	return ansi.FirstGraphemeCluster(s, ansi.WcWidth)
}
