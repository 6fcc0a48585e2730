package checks

import (
	"assay/ui/action"
	"assay/ui/view"
	"assay/ui/word"
)

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.refresh()
	asks, done := view.InTable(v.input, v.table, "Sort problems by", v.Needs(), in.ID)
	switch {
	case done:
	case in.ID == action.ErrorsOnly:
		v.only = !v.only
	default:
		asks = v.doRow(in)
	}
	v.refresh()
	return asks
}

// doRow carries out what is about the row under the cursor, and moves.
func (v *View) doRow(in action.Intent) []view.Ask {
	p := v.current()
	placed := p != nil && p.At.File != ""
	switch {
	case in.ID == action.CopyAll:
		return []view.Ask{view.Copy{What: word.Count(v.list.Len(), "problem"), Text: v.list.text()}}
	case in.ID == action.Enter && placed:
		return []view.Ask{view.Go{Link: view.At(p.At)}}
	case in.ID == action.Edit && placed:
		return []view.Ask{view.Edit{At: p.At}}
	case in.ID == action.Copy && p != nil:
		return []view.Ask{view.Copy{What: "the problem", Text: p.Error()}}
	}
	v.table.Do(in)
	return nil
}

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	v.refresh()
	p := v.current()
	switch id {
	case action.Enter, action.Edit:
		switch {
		case p == nil:
			return "no problem is under the cursor"
		case p.At.File == "":
			return "this problem has no place in a file"
		}
	case action.Copy:
		if p == nil {
			return "no problem is under the cursor"
		}
	case action.Left, action.Right:
		if v.table.Hidden() == 0 {
			return "all columns are shown"
		}
	case action.ErrorsOnly:
		if len(v.list.all) == 0 {
			return "nothing was found"
		}
	}
	return view.NoRows(v.table, "problem", id)
}

// Click puts the cursor on a row, and opens the one that has it already.
func (v *View) Click(x, y int) []view.Ask {
	if y >= v.top && y < v.below && v.table.Click(x, y-v.top) {
		return v.Do(action.Intent{ID: action.Enter})
	}
	return nil
}
