package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity says whether a Problem stops the work.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is something wrong with a fleet's declaration, at a place. It is an
// error value.
type Problem struct {
	At       Pos      `json:"at"`
	Severity Severity `json:"severity"`
	Text     string   `json:"text"`           // what is wrong and what was expected
	Hint     string   `json:"hint,omitempty"` // what to do
}

// Error is "file:line:column: text; hint: ...", without the parts that are
// not known.
func (p Problem) Error() string {
	var b strings.Builder
	if !p.At.IsZero() {
		b.WriteString(p.At.String())
		if p.At.Line > 0 && p.At.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.At.Column)
		}
		b.WriteString(": ")
	}
	if p.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Text)
	if p.Hint != "" {
		b.WriteString("; hint: ")
		b.WriteString(p.Hint)
	}
	return b.String()
}

// ComparePos orders places by file, line and column.
func ComparePos(a, b Pos) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// SortProblems sorts by place, then text.
func SortProblems(ps []Problem) {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(ComparePos(a.At, b.At), cmp.Compare(a.Text, b.Text))
	})
}

// meant is the hint that suggests a name, or "".
func meant(name string, candidates []string) string {
	if n := Nearest(name, candidates); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return ""
}
