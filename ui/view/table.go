package view

import (
	"assay/ui/action"
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
