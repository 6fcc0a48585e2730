package syntax

import (
	"fmt"
	"strings"
)

// Error says why a file was refused. It is the type of every error that Parse and CheckScope return.
type Error struct {
	Position
	Span            // the text that is wrong
	Message  string // what is wrong, or in the middle of what the parser was: "in a list"; may be empty
	Expected string // what could have stood here; empty if that would not help
	Found    string // what stands here; empty if the message says it
	Hint     string // what to do; may be empty
}

// Error returns "file:line:column: message: expected x, found y; hint: h".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Position.String())
	sep := ": "
	put := func(format, s string) {
		if s != "" {
			b.WriteString(sep)
			fmt.Fprintf(&b, format, s)
			sep = ", "
		}
	}
	put("%s", e.Message)
	if e.Message != "" {
		sep = ": "
	}
	put("expected %s", e.Expected)
	put("found %s", e.Found)
	sep = "; "
	put("hint: %s", e.Hint)
	return b.String()
}

// fail ends the parse; Parse recovers the error.
func (l *lexer) fail(start, end int, message, expected, found, hint string) {
	f := File{Name: l.name, Source: l.src, lines: lineTable(l.src)}
	panic(&Error{
		Position: f.Position(Pos(start)), Span: Span{Pos(start), Pos(end)},
		Message: message, Expected: expected, Found: found, Hint: hint,
	})
}

// unexpected refuses the current token.
func (l *lexer) unexpected(message, expected string) {
	l.unexpectedHint(message, expected, "")
}

func (l *lexer) unexpectedHint(message, expected, hint string) {
	l.fail(l.tok.start, l.tok.end, message, expected, l.found(l.tok), hint)
}
