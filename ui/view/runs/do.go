package runs

import (
	"assay/ui/action"
	"assay/ui/view"
	"assay/ui/word"
)

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.refresh()
	asks, done := view.InTable(v.input, v.table, "Sort runs by", v.Needs(), in.ID)
	if !done {
		asks = v.doRow(in)
	}
	v.refresh()
	return asks
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
	}
	v.table.Do(in)
	return nil
}

// current is the run under the cursor; nil without runs.
func (v *View) current() *run {
	row, _ := v.table.Cursor()
	if row < 0 || row >= v.list.Len() {
		return nil
	}
	return v.list.shown[row]
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
	}
	return view.NoRows(v.table, "run", id)
}

// Click puts the cursor on a row, and opens the one that has it already.
func (v *View) Click(x, y int) []view.Ask {
	if y >= v.top && v.table.Click(x, y-v.top) {
		return v.Do(action.Intent{ID: action.Enter})
	}
	return nil
}
