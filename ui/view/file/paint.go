package file

import (
	"path"
	"strings"

	"assay/ui/style"
	"assay/ui/widget"
)

// painter returns what splits the lines of a file of that name, one after the
// other, into spans: comments of Nix and TOML step back. It knows just enough
// of strings not to take what is inside of them for a comment.
func painter(name string) func(string) widget.Line {
	var s *scanner
	switch path.Ext(name) {
	case ".nix":
		s = &scanner{comment: "/*", quotes: []string{"''", `"`}, across: []string{"''", `"`}}
	case ".toml":
		s = &scanner{quotes: []string{`"""`, "'''", `"`, "'"}, across: []string{`"""`, "'''"}}
	default:
		return func(line string) widget.Line { return widget.Line{widget.P(line)} }
	}
	return s.line
}

// scanner goes through a file line by line.
type scanner struct {
	comment string   // begins a comment of several lines, ended by */
	quotes  []string // the longest first
	across  []string // those that may go on in the next line
	inside  string   // the quote, or comment, that is open
}

// line splits the next line.
func (s *scanner) line(text string) widget.Line {
	var out widget.Line
	from := 0
	for i := 0; i < len(text); {
		role, n, over := s.step(text[i:])
		if over { // a comment to the end of the line
			out = add(out, style.Plain, text[from:i])
			return add(out, style.Muted, text[i:])
		}
		if role == style.Muted {
			out = add(out, style.Plain, text[from:i])
			out = add(out, style.Muted, text[i:i+n])
			from = i + n
		}
		i += n
	}
	s.endLine()
	return add(out, style.Plain, text[from:])
}

// endLine closes a string that does not go on in the next line.
func (s *scanner) endLine() {
	for _, q := range s.across {
		if s.inside == q {
			return
		}
	}
	if s.inside != "/*" {
		s.inside = ""
	}
}

// step says how many bytes come next that belong together, and whether they
// are a comment; over is for one that takes the rest of the line.
func (s *scanner) step(text string) (role style.Role, n int, over bool) {
	switch {
	case s.inside == "/*":
		end := strings.Index(text, "*/")
		if end < 0 {
			return style.Muted, len(text), false
		}
		s.inside = ""
		return style.Muted, end + 2, false
	case s.inside != "":
		return style.Plain, s.quoted(text), false
	case text[0] == '#':
		return style.Muted, len(text), true
	case s.comment != "" && strings.HasPrefix(text, s.comment):
		s.inside = "/*"
		return style.Muted, 2, false
	}
	for _, q := range s.quotes {
		if strings.HasPrefix(text, q) {
			s.inside = q
			return style.Plain, len(q), false
		}
	}
	return style.Plain, upTo(text, "#/'\""), false
}

// upTo is how many bytes there are up to the next one of these, one at least.
func upTo(text, these string) int {
	if n := strings.IndexAny(text[1:], these); n >= 0 {
		return n + 1
	}
	return len(text)
}

// quoted is how many bytes of a string to pass over.
func (s *scanner) quoted(text string) int {
	switch {
	case s.inside == "''" && (strings.HasPrefix(text, "'''") || strings.HasPrefix(text, "''$") || strings.HasPrefix(text, `''\`)):
		return 3
	case s.inside != "''" && s.inside[0] == '"' && text[0] == '\\':
		return min(2, len(text))
	case strings.HasPrefix(text, s.inside):
		n := len(s.inside)
		s.inside = ""
		return n
	}
	return upTo(text, s.inside[:1]+`\`)
}

// add appends a span, unless it is empty.
func add(l widget.Line, role style.Role, text string) widget.Line {
	if text == "" {
		return l
	}
	return append(l, widget.R(role, text))
}
