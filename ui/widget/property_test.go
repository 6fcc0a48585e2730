package widget

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
)

// hostile are pieces of text that have broken terminals and tables before.
var hostile = []string{
	"", "a", "plain text", "x\ny", "\x1b[31mred\x1b[0m", "\x1b]0;title\a", "tab\there", "日本語", "ｗｉｄｅ", "e\u0301", "\u0301", "a\u0301\u0302\u0303",
	"👍🏽", "👍", "🏽", "🇩", "🇪", "🇩🇪", "👨\u200d👩\u200d👧", "\u202eabc", "\u200b", "\xff\xfe", "\xf0\x9f", "ᄀ", "ᅡ", "ᆨ", "한", "#\ufe0f\u20e3", "1\u20e3",
	"\u20e3", "ﷺ", "\u0e33", "กำ", "\u0903", "नि", "क्", "ष", "\u0600", "\r\n", "\x00", "\x7f", "\u0085", "\u2028", strings.Repeat("long ", 50), strings.Repeat("宽", 90),
}

func text(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(4) {
		b.WriteString(hostile[r.IntN(len(hostile))])
	}
	return b.String()
}

func line(r *rand.Rand) Line {
	var l Line
	for range r.IntN(4) {
		l = append(l, Span{style.Role(r.IntN(int(style.Border) + 1)), text(r)})
	}
	return l
}

// rectangle fails unless got is h lines of w columns.
func rectangle(t *testing.T, what, got string, w, h int) {
	t.Helper()
	if h <= 0 {
		if got != "" {
			t.Fatalf("%s: %q, want nothing", what, got)
		}
		return
	}
	lines := strings.Split(got, "\n")
	if len(lines) != h {
		t.Fatalf("%s: %d lines, want %d", what, len(lines), h)
	}
	for i, l := range lines {
		if n := term.Width(l); n != max(w, 0) {
			t.Fatalf("%s: line %d has %d columns, want %d: %q", what, i, n, w, l)
		}
	}
}

func size(r *rand.Rand) (w, h int) {
	if r.IntN(10) == 0 {
		return r.IntN(4), r.IntN(4)
	}
	return 1 + r.IntN(200), 1 + r.IntN(60)
}

var intents = []action.ID{
	action.Down, action.Up, action.PageDown, action.PageUp, action.HalfDown, action.HalfUp, action.Top, action.Bottom, action.Left, action.Right,
	action.Wide, action.SortNext, action.SortPrev, action.Reverse, action.Expand, action.Collapse, action.ExpandAll, action.CollapseAll,
	action.Wrap, action.NextMatch, action.PrevMatch, action.Quit,
}

func intent(r *rand.Rand) action.Intent { return action.Intent{ID: intents[r.IntN(len(intents))]} }

func TestDrawIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	st := style.PlainStyle()
	for range 3000 {
		l, w := line(r), r.IntN(40)
		rectangle(t, fmt.Sprintf("%q at %d", l, w), Draw(st, l, w), w, 1)
		rectangle(t, fmt.Sprintf("%q selected at %d", l, w), DrawAs(st, style.Selected, l, w), w, 1)
	}
}

type randomRows struct {
	ids   []string
	cells [][]Span
	marks []bool
}

func (r *randomRows) Len() int          { return len(r.ids) }
func (r *randomRows) ID(i int) string   { return r.ids[i] }
func (r *randomRows) Marked(i int) bool { return r.marks[i] }
func (r *randomRows) Cell(i int, column string) Span {
	return r.cells[i][int(column[0]-'a')]
}

func newRandomRows(r *rand.Rand, columns int) *randomRows {
	rows := &randomRows{}
	for i := range r.IntN(60) {
		rows.ids = append(rows.ids, fmt.Sprint(i*7%61))
		rows.marks = append(rows.marks, r.IntN(3) == 0)
		var cells []Span
		for range columns {
			cells = append(cells, Span{style.Role(r.IntN(int(style.Border) + 1)), text(r)})
		}
		rows.cells = append(rows.cells, cells)
	}
	return rows
}

func TestTableHoldsForAnything(t *testing.T) {
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 1))
		var columns []Column
		for i := range r.IntN(9) {
			columns = append(columns, Column{ID: string(rune('a' + i)), Title: text(r), Min: r.IntN(20) - 1, Ideal: r.IntN(3) * r.IntN(30),
				Flex: r.IntN(4) == 0, Right: r.IntN(3) == 0, Priority: r.IntN(5)})
		}
		table := NewTable(style.PlainStyle(), columns)
		table.Empty = []Line{line(r), line(r)}
		rows := 0
		for range 40 {
			switch r.IntN(5) {
			case 0:
				n := newRandomRows(r, len(columns))
				rows = n.Len()
				table.SetRows(n)
			case 1:
				table.Click(r.IntN(200), r.IntN(70)-2)
			case 2:
				table.Select(fmt.Sprint(r.IntN(61)))
			default:
				table.Do(intent(r))
			}
			if at, id := table.Cursor(); at < -1 || at >= rows || (at < 0) != (rows == 0) || at < 0 && id != "" {
				t.Fatalf("seed %d: cursor %d of %d", seed, at, rows)
			}
			w, h := size(r)
			rectangle(t, fmt.Sprintf("seed %d", seed), table.Render(w, h), w, h)
			if rows > 0 && h > 1 && (table.win.cursor < table.win.top || table.win.cursor >= table.win.end()) {
				t.Fatalf("seed %d: the cursor %d is not on the screen: %+v", seed, table.win.cursor, table.win)
			}
		}
	}
}

func forest(r *rand.Rand, depth int, next *int) []*Node {
	var nodes []*Node
	for range r.IntN(6) {
		*next++
		n := &Node{ID: fmt.Sprint(*next), Line: line(r), Open: r.IntN(2) == 0, Heading: r.IntN(5) == 0}
		if r.IntN(3) == 0 {
			n.Right = line(r)
		}
		if depth > 0 {
			n.Children = forest(r, depth-1, next)
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func TestTreeHoldsForAnything(t *testing.T) {
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 2))
		tree := NewTree(style.PlainStyle())
		tree.Empty = []Line{line(r)}
		for range 40 {
			switch r.IntN(7) {
			case 0:
				next := 0
				tree.SetRoots(forest(r, r.IntN(4), &next))
			case 1:
				tree.Click(r.IntN(200), r.IntN(70)-2)
			case 2:
				id := fmt.Sprint(r.IntN(80))
				if tree.Reveal(id) && tree.Cursor().ID != id {
					t.Fatalf("seed %d: revealed %s, cursor on %s", seed, id, tree.Cursor().ID)
				}
			case 3:
				m := r.IntN(5)
				if m == 0 {
					tree.Filter(nil)
				} else {
					tree.Filter(func(n *Node) bool { return len(n.ID)%m == 0 })
				}
			case 4:
				tree.Toggle()
			default:
				tree.Do(intent(r))
			}
			if n := tree.Cursor(); n != nil && n.Heading {
				t.Fatalf("seed %d: the cursor is on a heading", seed)
			}
			w, h := size(r)
			rectangle(t, fmt.Sprintf("seed %d", seed), tree.Render(w, h), w, h)
			if h > 0 && (tree.win.top < 0 || tree.win.top > max(len(tree.items)-h, 0)) {
				t.Fatalf("seed %d: window %+v of %d items", seed, tree.win, len(tree.items))
			}
		}
	}
}

func TestTextHoldsForAnything(t *testing.T) {
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 3))
		text := NewText(style.PlainStyle())
		n := 0
		for range 40 {
			switch r.IntN(7) {
			case 0:
				var lines []Line
				for range r.IntN(100) {
					lines = append(lines, line(r))
				}
				n = len(lines)
				text.SetLines(lines)
			case 1:
				text.Click(r.IntN(200), r.IntN(70)-2)
			case 2:
				text.GoTo(r.IntN(120) - 10)
			case 3:
				text.Search(hostile[r.IntN(len(hostile))])
			default:
				text.Do(intent(r))
			}
			if at := text.Cursor(); at < 0 || at >= max(n, 1) {
				t.Fatalf("seed %d: cursor %d of %d", seed, at, n)
			}
			w, h := size(r)
			rectangle(t, fmt.Sprintf("seed %d", seed), text.Render(w, h), w, h)
			if n > 0 && h > 0 && !contains(text.ys, text.Cursor()) {
				t.Fatalf("seed %d: the cursor's line %d is not on the screen %v, %+v", seed, text.Cursor(), text.ys, text.win)
			}
		}
	}
}

func contains(list []int, n int) bool {
	for _, have := range list {
		if have == n {
			return true
		}
	}
	return false
}

func TestInputHoldsForAnything(t *testing.T) {
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 4))
		in := NewInput(style.PlainStyle(), "/", "a filter")
		in.Focus()
		for range 40 {
			k := tea.KeyMsg{Type: tea.KeyType(r.IntN(160) - 80), Alt: r.IntN(4) == 0}
			if r.IntN(2) == 0 {
				k = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text(r)), Paste: r.IntN(2) == 0, Alt: r.IntN(9) == 0}
			}
			was := in.Value()
			if changed := in.Key(k); changed != (was != in.Value()) {
				t.Fatalf("seed %d: %v changed: %v", seed, k, changed)
			}
			if v := in.Value(); v != term.Clean(v) || utf8.RuneCountInString(v) > longestInput {
				t.Fatalf("seed %d: %q", seed, v)
			}
			w, _ := size(r)
			rectangle(t, fmt.Sprintf("seed %d", seed), in.Render(w), w, 1)
		}
	}
}
