package widget

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay/ui/action"
	"assay/ui/style"
)

// people are rows of two columns that count what is asked of them.
type people struct {
	names []string
	marks map[string]bool
	asked int
}

func (p *people) Len() int          { return len(p.names) }
func (p *people) ID(i int) string   { p.asked++; return p.names[i] }
func (p *people) Marked(i int) bool { return p.marks[p.names[i]] }
func (p *people) Cell(i int, column string) Span {
	p.asked++
	switch column {
	case "name":
		return R(style.Strong, p.names[i])
	case "size":
		return P(fmt.Sprint(len(p.names[i])))
	}
	return P(column + " of " + p.names[i])
}

func named(names ...string) *people { return &people{names: names, marks: map[string]bool{}} }

func nameAndSize() []Column {
	return []Column{{ID: "name", Title: "NAME", Min: 4}, {ID: "size", Title: "SIZE", Min: 4, Right: true, Priority: 1}}
}

func do(w interface{ Do(action.Intent) bool }, ids ...action.ID) {
	for _, id := range ids {
		w.Do(action.Intent{ID: id})
	}
}

// equal compares a block with what is wanted, without spaces at the ends.
// equal compares what was drawn, in which ">" stands for the cursor.
func equal(t *testing.T, got string, want ...string) {
	t.Helper()
	lines := strings.Split(got, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
		if rest, ok := strings.CutPrefix(lines[i], style.PlainStyle().Glyphs.Cursor); ok {
			lines[i] = ">" + rest
		}
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestTableShowsCursorMarksAndOrder(t *testing.T) {
	table := NewTable(style.PlainStyle(), nameAndSize())
	rows := named("cinnabar", "electrum", "galena")
	rows.marks["electrum"] = true
	table.SetRows(rows)
	do(table, action.Down, action.SortNext, action.Reverse)
	equal(t, table.Render(24, 5),
		"  NAME▼      SIZE",
		"  cinnabar      8",
		">●electrum      8",
		"  galena        6",
		"")
	if column, reverse := table.Sort(); column != "name" || !reverse {
		t.Errorf("sorted by %q, %v", column, reverse)
	}
	table.Do(action.Intent{ID: action.SortBy, Arg: "size"})
	equal(t, table.Render(24, 2),
		"  NAME      SIZE▲",
		">●electrum      8")
}

func TestTableCursorStaysWithItsRow(t *testing.T) {
	table := NewTable(style.PlainStyle(), nameAndSize())
	cursor := func(row int, id string) {
		t.Helper()
		if r, i := table.Cursor(); r != row || i != id {
			t.Errorf("cursor %d %q, want %d %q", r, i, row, id)
		}
	}
	cursor(-1, "")
	table.SetRows(named("a", "b", "c", "d"))
	cursor(0, "a")
	do(table, action.Down, action.Down)
	cursor(2, "c")
	table.SetRows(named("c", "d", "a", "b"))
	cursor(0, "c")
	do(table, action.Bottom)
	table.SetRows(named("x", "y"))
	cursor(1, "y")
	table.SetRows(named())
	cursor(-1, "")
	table.SetRows(named("m", "n"))
	cursor(0, "m")
	if table.Select("o") || !table.Select("n") {
		t.Error("Select does not tell whether there is such a row")
	}
	cursor(1, "n")
	// The same rows, changed in place by their owner.
	rows := named("p", "q", "r")
	table.SetRows(rows)
	table.Select("r")
	slices.Reverse(rows.names)
	table.SetRows(rows)
	cursor(0, "r")
}

func TestTableDropsColumnsByPriority(t *testing.T) {
	columns := []Column{
		{ID: "name", Title: "NAME", Min: 8, Ideal: 10},
		{ID: "tags", Title: "TAGS", Min: 8, Ideal: 12, Priority: 3, Flex: true},
		{ID: "state", Title: "STATE", Min: 8, Ideal: 8, Priority: 1},
		{ID: "age", Title: "AGE", Min: 3, Ideal: 3, Priority: 2, Right: true},
	}
	table := NewTable(style.PlainStyle(), columns)
	table.SetRows(named("cinnabar"))
	for _, c := range []struct {
		w      int
		header string
	}{
		{60, "  NAME        TAGS" + strings.Repeat(" ", 29) + "STATE     AGE"},
		{35, "  NAME      TAGS      STATE     AGE"},
		{34, "  NAME        STATE     AGE     +1"},
		{24, "  NAME       STATE    +2"},
		{19, "  NAME           +3"},
		{7, "  N… +3"},
	} {
		header, _, _ := strings.Cut(table.Render(c.w, 3), "\n")
		if strings.TrimRight(header, " ") != c.header {
			t.Errorf("%d columns: %q, want %q", c.w, header, c.header)
		}
	}
	if table.Hidden() != 3 {
		t.Errorf("%d hidden", table.Hidden())
	}
}

func TestTableWide(t *testing.T) {
	var columns []Column
	for i := range 6 {
		columns = append(columns, Column{ID: fmt.Sprintf("column%d", i), Title: fmt.Sprint("C", i), Min: 4, Priority: i})
	}
	columns[0].ID = "name"
	table := NewTable(style.PlainStyle(), columns)
	table.SetRows(named("galena"))
	do(table, action.Right) // nothing to scroll: it shows what fits
	equal(t, table.Render(34, 2), "  C0     C1    C2    C3    C4   +1", "> gale…  col…  col…  col…  col…")
	do(table, action.Wide)
	equal(t, table.Render(34, 2), "  C0      C1                 C2 +3", "> galena  column1 of galena  colu…")
	do(table, action.Right, action.Right)
	equal(t, table.Render(34, 2), "  C0      C3                 C4 +3", "> galena  column3 of galena  colu…")
	if table.Hidden() != 3 {
		t.Errorf("%d hidden", table.Hidden())
	}
	for range 20 {
		do(table, action.Right)
		table.Render(34, 2)
	}
	equal(t, table.Render(34, 2), "  C0      C5                    +4", "> galena  column5 of galena")
	do(table, action.Left)
	equal(t, table.Render(34, 2), "  C0      C4                 C5 +3", "> galena  column4 of galena  colu…")
	do(table, action.Wide)
	equal(t, table.Render(34, 2), "  C0     C1    C2    C3    C4   +1", "> gale…  col…  col…  col…  col…")
}

func TestTableColumnsDoNotJump(t *testing.T) {
	table := NewTable(style.PlainStyle(), nameAndSize())
	rows := named()
	for i := range 100 {
		rows.names = append(rows.names, strings.Repeat("n", 3+i%9))
	}
	table.SetRows(rows)
	widths := map[int]bool{}
	for range 100 {
		header, _, _ := strings.Cut(table.Render(40, 12), "\n")
		widths[strings.Index(header, "SIZE")] = true
		do(table, action.Down)
	}
	if len(widths) != 1 {
		t.Errorf("SIZE was at %v", widths)
	}
}

// TestTableAsksOnlyForWhatIsSeen counts: with a hundred thousand rows neither
// drawing nor moving looks at more than the screen has.
func TestTableAsksOnlyForWhatIsSeen(t *testing.T) {
	rows := named()
	for i := range 100_000 {
		rows.names = append(rows.names, fmt.Sprint("machine", i))
	}
	table := NewTable(style.PlainStyle(), nameAndSize())
	table.SetRows(rows)
	for _, id := range []action.ID{action.Bottom, action.Top, action.PageDown, action.HalfDown, action.Up, action.Wide, action.Reverse} {
		rows.asked = 0
		do(table, id)
		table.Render(160, 44)
		if rows.asked > 43*2*2+10 {
			t.Errorf("%s: asked %d times", id, rows.asked)
		}
	}
}

func TestTableKeepsTheCursorOnTheScreen(t *testing.T) {
	rows := named()
	for i := range 50 {
		rows.names = append(rows.names, fmt.Sprint("m", i))
	}
	table := NewTable(style.PlainStyle(), nameAndSize())
	table.SetRows(rows)
	table.Render(40, 41)
	do(table, action.HalfDown, action.PageDown)
	if row, _ := table.Cursor(); row != 20+39 && row != 49 {
		t.Errorf("cursor %d", row)
	}
	table.Select("m30")
	for _, h := range []int{40, 3, 20, 2, 60} {
		if got := table.Render(40, h); !strings.Contains(got, table.st.Glyphs.Cursor+" m30") {
			t.Errorf("%d lines: no cursor in\n%s", h, got)
		}
	}
	if table.win.top != 0 {
		t.Errorf("with room for all rows the first one shown is %d", table.win.top)
	}
}

func TestTableClick(t *testing.T) {
	table := NewTable(style.PlainStyle(), nameAndSize())
	table.SetRows(named("a", "b", "c"))
	table.Render(20, 10)
	if table.Click(3, 0) || table.Click(3, 7) {
		t.Error("there is no row")
	}
	if table.Click(3, 2) {
		t.Error("the cursor was not there")
	}
	if !table.Click(9, 2) {
		t.Error("the cursor was there")
	}
	if _, id := table.Cursor(); id != "b" {
		t.Errorf("cursor on %s", id)
	}
}

func TestTableEmpty(t *testing.T) {
	table := NewTable(style.PlainStyle(), nameAndSize())
	table.Empty = []Line{{P("No machine matches.")}, {P("esc shows all.")}}
	equal(t, table.Render(30, 4), "  NAME    SIZE", "No machine matches.", "esc shows all.", "")
}
