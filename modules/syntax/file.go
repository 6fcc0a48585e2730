package syntax

import (
	"fmt"
	"slices"
	"strings"
)

// File is a parsed file. It is not changed after Parse returns, so any number of goroutines may read it.
type File struct {
	Name     string // as given to Parse
	Source   string
	Root     Expr
	Comments []Comment // all comments in source order
	lines    []Pos     // start of every line

	undefined   string // the first variable that is defined nowhere, "" for none
	undefinedAt Span
}

// Position is a place in a file for people: Line and Column count from 1, Column in bytes.
type Position struct {
	File         string
	Line, Column int
}

// String returns file:line:column.
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Position returns the place of byte offset off; offsets outside of the file are taken as its nearest end.
func (f *File) Position(off Pos) Position {
	off = max(0, min(off, Pos(len(f.Source))))
	n, exact := slices.BinarySearch(f.lines, off)
	if !exact {
		n--
	}
	return Position{File: f.Name, Line: n + 1, Column: int(off-f.lines[n]) + 1}
}

// Text returns the source text of n, which must be a node of f.
func (f *File) Text(n Node) string {
	r := n.Range()
	return f.Source[r.Start:r.End]
}

// lineTable returns the start offset of every line. As in Nix a line ends with "\n", "\r\n" or a lone "\r".
func lineTable(src string) []Pos {
	t := append(make([]Pos, 0, strings.Count(src, "\n")+2), 0)
	if strings.IndexByte(src, '\r') < 0 {
		for at := 0; ; {
			n := strings.IndexByte(src[at:], '\n')
			if n < 0 {
				return t
			}
			at += n + 1
			t = append(t, Pos(at))
		}
	}
	for i := range len(src) {
		c := src[i]
		if c == '\n' || c == '\r' && !(i+1 < len(src) && src[i+1] == '\n') {
			t = append(t, Pos(i+1))
		}
	}
	return t
}
