package fleetfile

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"

	"assay/fleet"
)

// lines turns offsets into lines and columns.
type lines struct {
	file   string
	starts []int
}

func newLines(file, src string) *lines {
	l := &lines{file: file, starts: []int{0}}
	for i := range len(src) {
		if src[i] == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

func (l *lines) pos(offset int) fleet.Pos {
	i := sort.SearchInts(l.starts, offset+1) - 1
	return fleet.Pos{File: l.file, Line: i + 1, Column: offset - l.starts[i] + 1}
}

// decode reads src into nodes. What it returns instead is the one syntax
// error that the decoder found.
func decode(file, src string) (*node, []fleet.Problem) {
	ls := newLines(file, src)
	at, s := scan(src)
	if s.deep {
		return nil, []fleet.Problem{{At: fleet.Pos{File: file}, Severity: fleet.Error,
			Text: fmt.Sprintf("expected values and keys of at most %d levels", maxDepth)}}
	}
	tree := make(map[string]any)
	if _, err := toml.Decode(src, &tree); err != nil {
		return nil, []fleet.Problem{syntaxProblem(ls, src, err)}
	}
	var ps []fleet.Problem
	for _, n := range s.notes {
		ps = append(ps, fleet.Problem{At: ls.pos(n.at), Severity: fleet.Error,
			Text: "expected TOML 1.0, which Nix's fromTOML reads, found " + n.what})
	}
	return join(tree, at, ls), ps
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func syntaxProblem(ls *lines, src string, err error) fleet.Problem {
	p := fleet.Problem{At: fleet.Pos{File: ls.file}, Severity: fleet.Error, Text: err.Error()}
	if bad, ok := errors.AsType[toml.ParseError](err); ok {
		p.At = ls.pos(max(0, min(bad.Position.Start, len(src))))
		p.Text = lowerFirst(strings.TrimSuffix(bad.Message, "."))
	}
	return p
}
