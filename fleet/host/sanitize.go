package host

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sanitize returns s without anything that could steer a terminal or hide
// text in it: control sequences as ECMA-48 defines them (CSI, OSC, DCS and
// the other strings, in their 7-bit and their UTF-8 8-bit form), control
// characters other than newline and tab, bidirectional controls, zero-width
// and other invisible characters. Bytes that are not UTF-8 become U+FFFD. A
// control string that is not terminated on its line loses only its
// introducer, so that it cannot hide what follows. The result is valid UTF-8
// and Sanitize leaves it as it is.
func Sanitize(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	open := 0 // no control string that starts before open is terminated
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c < 0x7f {
			b.WriteByte(c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if n := sequence(s[i:], i < open); n > 0 {
			i += n
			continue
		}
		if introduces(s[i:]) && i >= open {
			open = i + lineLength(s[i:])
		}
		if r == utf8.RuneError || !dangerous(r) {
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// clean reports whether s is printable ASCII, newlines and tabs: the usual
// case, which needs no copy.
func clean(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < ' ' && c != '\n' && c != '\t') || c >= 0x7f {
			return false
		}
	}
	return true
}

// dangerous reports whether r must not reach a terminal.
func dangerous(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0xa0:
		return r < ' ' || r >= 0x7f
	case r <= unicode.MaxLatin1:
		return r == 0xad // soft hyphen
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) ||
		r >= 0xE0000 && r <= 0xE0FFF
}

// escape returns the final byte of the ESC or C1 introducer at the start of
// s and its length; a C1 control is given as the letter of its ESC form.
func escape(s string) (kind byte, n int) {
	switch {
	case len(s) >= 2 && s[0] == 0x1b:
		return s[1], 2
	case len(s) >= 2 && s[0] == 0xc2 && s[1] >= 0x80 && s[1] <= 0x9f:
		return s[1] - 0x40, 2
	}
	return 0, 0
}

// introduces reports whether s starts with the introducer of a control string.
func introduces(s string) bool {
	kind, n := escape(s)
	return n > 0 && strings.IndexByte("P]X^_", kind) >= 0
}

// sequence returns the length of the control sequence at the start of s, 0
// when there is none or it is not complete. unterminated says that a control
// string here is known to have no terminator.
func sequence(s string, unterminated bool) int {
	kind, n := escape(s)
	switch {
	case n == 0:
		return 0
	case kind == '[':
		return csi(s, n)
	case introduces(s):
		if unterminated {
			return 0
		}
		return controlString(s, n)
	case kind >= 0x20 && kind <= 0x2f: // ESC, intermediates, one final byte
		for n < len(s) && s[n] >= 0x20 && s[n] <= 0x2f {
			n++
		}
		if n < len(s) && s[n] >= 0x30 && s[n] <= 0x7e {
			return n + 1
		}
		return n
	case kind >= 0x30 && kind <= 0x7e:
		return n
	}
	return 0
}

// csi returns the length of the control sequence whose introducer has n
// bytes: parameters, intermediates, one final byte.
func csi(s string, n int) int {
	for n < len(s) && s[n] >= 0x30 && s[n] <= 0x3f {
		n++
	}
	for n < len(s) && s[n] >= 0x20 && s[n] <= 0x2f {
		n++
	}
	if n < len(s) && s[n] >= 0x40 && s[n] <= 0x7e {
		n++
	}
	return n
}

// controlString returns the length of the control string whose introducer
// has n bytes, up to its terminator BEL, ESC \ or U+009C; 0 when the line
// ends before one.
func controlString(s string, n int) int {
	for i := n; i < len(s) && s[i] != '\n'; i++ {
		switch kind, size := escape(s[i:]); {
		case s[i] == 0x07:
			return i + 1
		case size > 0 && kind == '\\':
			return i + size
		}
	}
	return 0
}

// lineLength returns the length of s up to its first newline.
func lineLength(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}
