package widget

// ColumnAt returns the id of the column that the last Render drew at column x
// of the screen, with the gap right of it; "" where there is none.
func (t *Table) ColumnAt(x int) string {
	at := gutter
	for _, c := range t.layout.cells {
		if x >= at && x < at+c.w+gap {
			return t.columns[c.column].ID
		}
		at += c.w + gap
	}
	return ""
}
