package syntax

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

func typeName(n Node) string { return fmt.Sprintf("%T", n) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// checkRanges verifies that all ranges are inside the source, that children lie in order inside their parents, and that the text of
// a node starts and ends with something of its own.
func checkRanges(t *testing.T, f *File) {
	t.Helper()
	var walk func(n Node)
	walk = func(n Node) {
		r := n.Range()
		if r.Start < 0 || r.End > Pos(len(f.Source)) || r.Start >= r.End {
			t.Fatalf("%s: %T has the range %v of %d bytes", f.Name, n, r, len(f.Source))
		}
		if text := f.Text(n); strings.Trim(text[:1]+text[len(text)-1:], " \t\r\n") != text[:1]+text[len(text)-1:] && !isPart(n) {
			t.Fatalf("%s: %T %q starts or ends with white space", f.Position(r.Start), n, text)
		}
		at := r.Start
		Children(n, func(c Node) {
			cr := c.Range()
			if cr.Start < at || cr.End > r.End {
				t.Fatalf("%s: %T %v is not inside of or not in order in %T %v", f.Position(cr.Start), c, cr, n, r)
			}
			at = cr.End
			walk(c)
		})
	}
	walk(f.Root)
	at := Pos(0)
	for _, c := range f.Comments {
		if c.Start < at || c.End > Pos(len(f.Source)) || f.Source[c.Start:c.End] != c.Text {
			t.Fatalf("%s: comment %v is out of order or not its text", f.Name, c)
		}
		at = c.End
	}
}

func isPart(n Node) bool { _, ok := n.(*Part); return ok }

// checkReprint verifies that the source form of the printer can be parsed and prints the same again.
func checkReprint(t *testing.T, f *File) {
	t.Helper()
	o := Printer{Source: true}
	first := o.String(f.Root)
	g, err := Parse("printed", []byte(first))
	if err != nil {
		if e := err.(*Error); strings.Contains(e.Message, "nested deeper") {
			return // printing adds parentheses
		}
		t.Fatalf("%s: printed form does not parse: %v\n%s", f.Name, err, first)
	}
	if second := o.String(g.Root); first != second {
		t.Fatalf("%s: printed form changes\n%s", f.Name, firstDifference(second, first))
	}
}
