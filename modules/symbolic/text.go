package symbolic

import (
	"slices"
	"strings"
	"unicode"
)

// keywords cannot be attribute names without quotes.
var keywords = []string{"assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"}

// AttrName returns an attribute's name as it is written in Nix: quoted where
// it must be.
func AttrName(name string) string {
	if name == "" || slices.Contains(keywords, name) {
		return Quote(name)
	}
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '-' || c == '\'')) {
			return Quote(name)
		}
	}
	return name
}

// Quote returns s as a Nix string on one line. Characters that a terminal
// would obey are replaced.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '$' && strings.HasPrefix(s[i:], "${"):
			b.WriteString(`\$`)
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			b.WriteRune(unicode.ReplacementChar)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Line returns s on one line without characters that a terminal would obey,
// cut to a readable length.
func Line(s string) string { return oneLine(s, 160) }

// oneLine is s on one line, cut to most characters unless most is negative.
func oneLine(s string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.Join(strings.Fields(s), " ") {
		if n++; most >= 0 && n > most {
			b.WriteRune('…')
			break
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			r = unicode.ReplacementChar
		}
		b.WriteRune(r)
	}
	return b.String()
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
