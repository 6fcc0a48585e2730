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
	if view.InFilter(v.input, v.table, in.ID) {
		v.refresh()
		return nil
	}
	switch in.ID {
	case action.Back:
		return []view.Ask{view.Leave{}}
	case action.Refresh:
		return []view.Ask{view.Again{Needs: []known.Need{{Kind: known.Runs}}}}
	case action.Sort:
		return []view.Ask{view.SortBy("Sort runs by", v.table)}
	}
	return v.doRow(in)
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
