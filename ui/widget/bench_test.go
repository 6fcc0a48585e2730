package widget

import (
	"fmt"
	"strings"
	"testing"

	"assay/ui/action"
	"assay/ui/style"
)

// manyRows are made when they are asked for, so that a benchmark sees what
// the table does.
type manyRows struct {
	n    int
	text []string
}

func newManyRows(n int) *manyRows {
	r := &manyRows{n: n}
	for i := range n {
		r.text = append(r.text, fmt.Sprintf("machine-%05d", i))
	}
	return r
}

func (r *manyRows) Len() int          { return r.n }
func (r *manyRows) ID(i int) string   { return r.text[i] }
func (r *manyRows) Marked(i int) bool { return i%7 == 0 }
func (r *manyRows) Cell(i int, column string) Span {
	if column == "c1" {
		return R(style.OK, "✔ current")
	}
	return Span{style.Role(len(column) + i%3), r.text[i]}
}

func twelveColumns() []Column {
	var columns []Column
	for i := range 12 {
		columns = append(columns, Column{ID: fmt.Sprintf("c%d", i), Title: fmt.Sprintf("TITLE %d", i), Min: 6, Flex: i == 11, Priority: i})
	}
	return columns
}

func BenchmarkTable(b *testing.B) {
	for _, n := range []int{5_000, 100_000} {
		for name, o := range map[string]style.Options{"plain": {}, "colour": {Colour: true}} {
			table := NewTable(style.New(o), twelveColumns())
			table.SetRows(newManyRows(n))
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					table.Do(action.Intent{ID: action.Down})
					table.Render(160, 44)
				}
			})
		}
	}
}

func BenchmarkTableSetRows(b *testing.B) {
	table := NewTable(style.PlainStyle(), twelveColumns())
	rows := newManyRows(100_000)
	table.SetRows(rows)
	table.Select("machine-50000")
	for b.Loop() {
		table.SetRows(rows)
	}
}

func manyNodes(n int) []*Node {
	var roots []*Node
	for i := range n / 10 {
		root := &Node{ID: fmt.Sprint("root ", i), Line: Line{P(fmt.Sprint("aspect ", i))}, Right: Line{R(style.Muted, "12 machines")}, Open: true}
		for j := range 9 {
			root.Children = append(root.Children, &Node{ID: fmt.Sprint("leaf ", i, j), Line: Line{R(style.OK, "✔ "), P("modules/base.nix:12")}})
		}
		roots = append(roots, root)
	}
	return roots
}

func BenchmarkTree(b *testing.B) {
	tree := NewTree(style.New(style.Options{Colour: true}))
	tree.SetRoots(manyNodes(100_000))
	b.Run("move", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tree.Do(action.Intent{ID: action.Down})
			tree.Render(160, 44)
		}
	})
	b.Run("filter", func(b *testing.B) {
		for b.Loop() {
			tree.Filter(func(n *Node) bool { return strings.HasSuffix(n.ID, "99") })
			tree.Render(160, 44)
		}
	})
}

func manyLines(n int) []Line {
	var lines []Line
	for i := range n {
		lines = append(lines, Line{R(style.Muted, "12:00:07 "), R(style.Strong, "cinnabar "), P(fmt.Sprintf("line %d: %s", i, strings.Repeat("building ", i%40)))})
	}
	return lines
}

func BenchmarkText(b *testing.B) {
	for _, wrap := range []bool{false, true} {
		text := NewText(style.New(style.Options{Colour: true}))
		text.SetLines(manyLines(100_000))
		text.Search("line 99999")
		if wrap {
			text.Do(action.Intent{ID: action.Wrap})
		}
		b.Run(fmt.Sprint("wrap=", wrap), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				text.Do(action.Intent{ID: action.PageUp})
				text.Render(160, 44)
			}
		})
	}
	text := NewText(style.PlainStyle())
	text.SetLines(manyLines(100_000))
	b.Run("search", func(b *testing.B) {
		for b.Loop() {
			text.Search("nowhere")
		}
	})
}

func BenchmarkDraw(b *testing.B) {
	st := style.PlainStyle()
	l := Line{R(style.OK, "✔ "), R(style.Strong, "cinnabar"), P(" runs 3a8fe1b2 "), R(style.Muted, "for 3 days, reached 4s ago")}
	b.ReportAllocs()
	for b.Loop() {
		Draw(st, l, 120)
	}
}
