package runs

import (
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/word"
)

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.refresh()
	switch in.ID {
	case action.Filter:
		v.input.Focus()
	case action.InputText:
		v.refresh()
	case action.InputDone:
		v.input.Blur()
	case action.InputEsc:
		v.clear()
	case action.InputDown:
		v.table.Do(action.Intent{ID: action.Down})
	case action.InputUp:
		v.table.Do(action.Intent{ID: action.Up})
	case action.Back:
		if !v.input.Focused() && v.input.Value() == "" {
			return []view.Ask{view.Leave{}}
		}
		v.clear()
	case action.Refresh:
		return []view.Ask{view.Again{Needs: []known.Need{{Kind: known.Runs}}}}
	case action.Sort:
		return []view.Ask{v.sortChoice()}
	default:
		return v.doRow(in)
	}
	return nil
}

// doRow carries out what is about the row under the cursor, and moves.
func (v *View) doRow(in action.Intent) []view.Ask {
	r := v.current()
	switch {
	case in.ID == action.CopyAll:
		return []view.Ask{view.Copy{What: word.Count(v.list.Len(), "run"), Text: v.list.text()}}
	case in.ID == action.Enter && r != nil:
		return []view.Ask{view.Go{Link: view.Link{Place: view.Run, Name: r.id}}}
	case in.ID == action.LogsOf && r != nil:
		return []view.Ask{view.Go{Link: view.Link{Place: view.Logs, Name: r.id}}}
	case in.ID == action.Copy && r != nil:
		return []view.Ask{view.Copy{What: "the run's id", Text: r.id}}
	case v.table.Do(in):
		v.refresh()
	}
	return nil
}

func (v *View) clear() {
	v.input.SetValue("")
	v.input.Blur()
	v.refresh()
}

// current is the run under the cursor; nil without runs.
func (v *View) current() *run {
	row, _ := v.table.Cursor()
	if row < 0 || row >= v.list.Len() {
		return nil
	}
	return v.list.shown[row]
}

// sortChoice offers the columns.
func (v *View) sortChoice() view.Ask {
	now, _ := v.table.Sort()
	var items []view.Item
	for _, c := range v.table.Choices() {
		items = append(items, view.Item{Value: c.ID, Text: c.Title, Now: c.ID == now})
	}
	return view.Choose{Title: "Sort runs by", Items: items, Intent: action.SortBy}
}

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	v.refresh()
	switch id {
	case action.Enter, action.LogsOf, action.Copy:
		if v.current() == nil {
			return "no run is under the cursor"
		}
	case action.Edit:
		return "a run is no file of the fleet"
	case action.CopyAll, action.Sort, action.SortNext, action.SortPrev, action.Reverse:
		if v.list.Len() == 0 {
			return "no run is shown"
		}
	}
	return ""
}

// Click puts the cursor on a row, and opens the one that has it already.
func (v *View) Click(x, y int) []view.Ask {
	if y >= v.top && v.table.Click(x, y-v.top) {
		return v.Do(action.Intent{ID: action.Enter})
	}
	return nil
}
