package view

import (
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/widget"
)

// SortBy lets the operator choose the column that a table is sorted by.
func SortBy(title string, t *widget.Table) Choose {
	now, _ := t.Sort()
	choose := Choose{Title: title, Intent: action.SortBy}
	for _, c := range t.Choices() {
		choose.Items = append(choose.Items, Item{Value: c.ID, Text: c.Title, Now: c.ID == now})
	}
	return choose
}

// InTable carries out what every table with a filter does alike: what belongs
// to the filter, leaving, asking again for what it shows, and choosing the
// order. It reports whether the intent was one of those.
func InTable(line *widget.Input, t *widget.Table, sortTitle string, shows []known.Need, id action.ID) (asks []Ask, done bool) {
	if InFilter(line, t, id) {
		return nil, true
	}
	switch id {
	case action.Back:
		return []Ask{Leave{}}, true
	case action.Refresh:
		return []Ask{Again{Needs: shows}}, true
	case action.Sort:
		return []Ask{SortBy(sortTitle, t)}, true
	}
	return nil, false
}

// NoRows says why an action of all rows does nothing: the table has none.
func NoRows(t *widget.Table, thing string, id action.ID) string {
	switch id {
	case action.CopyAll, action.Sort, action.SortNext, action.SortPrev, action.Reverse:
		if at, _ := t.Cursor(); at < 0 {
			return "no " + thing + " is shown"
		}
	}
	return ""
}

// InFilter carries out what belongs to the line that a table is filtered by:
// typing, giving it up, moving the table's cursor meanwhile, and going back
// while something is typed. It reports whether the intent was one of those;
// its owner then filters anew.
func InFilter(line *widget.Input, t *widget.Table, id action.ID) bool {
	switch id {
	case action.Filter:
		line.Focus()
	case action.InputText: // the line has it already
	case action.InputDone:
		line.Blur()
	case action.InputEsc:
		clearLine(line)
	case action.InputDown:
		t.Do(action.Intent{ID: action.Down})
	case action.InputUp:
		t.Do(action.Intent{ID: action.Up})
	case action.Back:
		if !line.Shown() {
			return false
		}
		clearLine(line)
	default:
		return false
	}
	return true
}

func clearLine(line *widget.Input) {
	line.SetValue("")
	line.Blur()
}
