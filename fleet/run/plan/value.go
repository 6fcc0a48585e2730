package plan

import (
	"slices"
	"strings"
)

// Diff is a unified diff of an option whose value was a string and becomes
// another, "" where a side is none that is known or neither has two lines.
// It is cut as a file's diff is.
func (o *OptionChange) Diff() (diff string, cut bool) {
	before, ok := o.text(o.Old)
	after, too := o.text(o.New)
	if !ok || !too || !manyLines(before) && !manyLines(after) {
		return "", false
	}
	if !strings.HasSuffix(before, "\n") && !strings.HasSuffix(after, "\n") {
		before, after = before+"\n", after+"\n"
	}
	return unified(visible(before), visible(after))
}

func manyLines(s string) bool { return strings.Contains(strings.TrimSuffix(s, "\n"), "\n") }

// text is the content of a side that is a string.
func (o *OptionChange) text(value string) (string, bool) {
	if o.Op != Changed || !o.Known {
		return "", false
	}
	return unquote(value)
}

// Elements says which elements leave and enter an option whose value was a
// list and becomes another; ok is false where a side is no list that is known.
// Lists that differ only in their order have neither.
func (o *OptionChange) Elements() (removed, added []string, ok bool) {
	if o.Op != Changed || !o.Known {
		return nil, nil, false
	}
	before, ok := elements(o.Old)
	after, too := elements(o.New)
	if !ok || !too {
		return nil, nil, false
	}
	return without(before, after), without(after, before), true
}

// without is what remains of a when each element of b takes one equal element
// away.
func without(a, b []string) []string {
	had := map[string]int{}
	for _, e := range b {
		had[e]++
	}
	return slices.DeleteFunc(slices.Clone(a), func(e string) bool {
		had[e]--
		return had[e] >= 0
	})
}

// unquote reads a Nix string of one line without interpolation, "a\nb".
func unquote(source string) (string, bool) {
	body, ok := strings.CutPrefix(source, `"`)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			return b.String(), i == len(body)-1
		case c == '$' && strings.HasPrefix(body[i:], "${"):
			return "", false
		case c == '\\' && i+1 < len(body):
			i++
			b.WriteByte(unescape(body[i]))
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// unescape is the byte that a backslash and c stand for.
func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// elements splits the Nix source of a list of known values, "[ 1 [ 2 ] "3" ]",
// where blanks stand between elements.
func elements(source string) ([]string, bool) {
	body, ok := strings.CutPrefix(source, "[")
	if !ok {
		return nil, false
	}
	if body, ok = strings.CutSuffix(body, "]"); !ok {
		return nil, false
	}
	var list []string
	for {
		body = strings.TrimLeft(body, " ")
		if body == "" {
			return list, true
		}
		n := element(body)
		if n == 0 {
			return nil, false
		}
		list, body = append(list, body[:n]), body[n:]
	}
}

// element is the length of the element that the source begins with, 0 where
// brackets or quotes do not match.
func element(source string) int {
	depth := 0
	for i := 0; i < len(source); i++ {
		switch source[i] {
		case '"':
			n := quoted(source[i:])
			if n == 0 {
				return 0
			}
			i += n - 1
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			if depth--; depth < 0 {
				return 0
			}
		case ' ':
			if depth == 0 {
				return i
			}
		}
	}
	if depth != 0 {
		return 0
	}
	return len(source)
}

// quoted is the length of the string that the source begins with, 0 where it
// does not end.
func quoted(source string) int {
	for i := 1; i < len(source); i++ {
		switch source[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}
