package machines

import (
	"fmt"

	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/word"
)

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.sync()
	defer v.sync()
	if reason := v.Disabled(in.ID); reason != "" {
		return []view.Ask{view.Say{Level: style.Warn, Text: reason}}
	}
	if asks, ok := v.typing(in); ok {
		return asks
	}
	if asks, ok := v.mark(in.ID); ok {
		v.touched = true
		v.recount()
		return asks
	}
	if v.table.Do(in) {
		v.settled = v.settled || sorts(in.ID)
		v.wide = v.wide != (in.ID == action.Wide)
		v.touched = v.touched || moves(in.ID)
		return nil
	}
	v.touched = true
	return v.ask(in)
}

// moves reports whether the action is one after which the cursor belongs to
// the operator.
func moves(id action.ID) bool {
	switch id {
	case action.Wide, action.Left, action.Right:
		return false
	}
	return true
}

// sorts reports whether the action is one after which the order is the
// operator's.
func sorts(id action.ID) bool {
	switch id {
	case action.SortBy, action.SortNext, action.SortPrev, action.Reverse:
		return true
	}
	return false
}

// mark carries out what changes marks.
func (v *View) mark(id action.ID) ([]view.Ask, bool) {
	switch id {
	case action.Mark:
		_, name := v.table.Cursor()
		v.marks.toggle(name)
	case action.MarkRange:
		return v.markRange(), true
	case action.MarkAll:
		v.marks.add(v.content.rows)
	case action.MarkNone:
		v.marks.none()
	default:
		return nil, false
	}
	return nil, true
}

// markRange marks what is between the machine that was marked last and the
// cursor. Where there is none to be seen, the range begins here.
func (v *View) markRange() []view.Ask {
	rows := v.reach()
	if rows == nil {
		_, v.marks.last = v.table.Cursor()
		v.marks.names[v.marks.last] = true
		text := fmt.Sprintf("a range begins at %s: %s at its other end", v.marks.last, v.env.Key(action.MarkRange))
		return []view.Ask{view.Say{Level: style.Plain, Text: text}}
	}
	v.marks.add(rows)
	v.marks.last = ""
	return nil
}

// ask carries out what the console has a part in.
func (v *View) ask(in action.Intent) []view.Ask {
	r, _ := v.under()
	switch in.ID {
	case action.Back:
		return v.back()
	case action.Enter:
		return []view.Ask{view.Go{Link: view.Link{Place: view.Machine, Name: r.machine.Name}}}
	case action.States:
		return []view.Ask{v.stateChoice()}
	case action.StateOnly:
		v.state = in.Arg
	case action.Sort:
		return []view.Ask{v.sortChoice()}
	case action.PlanUpdate, action.PlanBack:
		return v.plan(in)
	case action.LogsOf:
		link := view.Link{Place: view.Logs, Name: v.env.Known.LastRun(r.machine.Name), Sub: r.machine.Name}
		return []view.Ask{view.Go{Link: link}}
	case action.Copy:
		return []view.Ask{view.Copy{What: "the name", Text: r.machine.Name}}
	case action.CopyAll:
		return []view.Ask{view.Copy{What: word.Count(len(v.content.rows), "machine"), Text: v.asText()}}
	case action.Edit:
		return []view.Ask{view.Edit{At: r.machine.At}}
	case action.Refresh:
		return []view.Ask{view.Again{Needs: []known.Need{{Kind: known.Hosts}}}}
	}
	return nil
}

// back clears the filter, then the chosen state, and leaves when there is
// nothing to clear.
func (v *View) back() []view.Ask {
	switch {
	case v.input.Shown() || !v.filter.empty():
		v.clearFilter()
	case v.state != "":
		v.state = ""
	default:
		return []view.Ask{view.Leave{}}
	}
	return nil
}

// sortChoice lets the operator choose the column to sort by.
func (v *View) sortChoice() view.Choose {
	choose := view.SortBy("Sort by", v.table)
	for i := range choose.Items {
		if choose.Items[i].Value == "state" {
			choose.Items[i].Note = "problems first"
		}
	}
	return choose
}

// typing carries out what belongs to the line of the filter.
func (v *View) typing(in action.Intent) ([]view.Ask, bool) {
	switch in.ID {
	case action.Filter:
		v.input.Focus()
	case action.InputText:
		v.complete = completion{}
		v.filter.set(v.input.Value())
	case action.InputNext:
		v.input.SetValue(v.complete.next(v.env.Known, v.input.Value()))
		v.filter.set(v.input.Value())
	case action.InputDone:
		if v.filter.err == nil { // what is shown must be what is typed
			v.input.Blur()
		}
	case action.InputEsc:
		v.clearFilter()
	case action.InputDown:
		v.table.Do(action.Intent{ID: action.Down})
		v.touched = true
	case action.InputUp:
		v.table.Do(action.Intent{ID: action.Up})
		v.touched = true
	default:
		return nil, false
	}
	return nil, true
}

func (v *View) clearFilter() {
	v.input.Blur()
	v.input.SetValue("")
	v.filter.set("")
	v.complete = completion{}
}

// Click puts the cursor on a row, opens the row that has it, sorts by a
// column's title, and chooses a state of the summary.
func (v *View) Click(x, y int) []view.Ask {
	v.sync()
	switch d := &v.drawn; {
	case y < 0 || y >= d.h || x < 0 || x >= d.w:
	case y == d.input:
		v.input.Focus()
	case y == 0 && d.table > 0:
		for _, p := range d.parts {
			if x >= p.from && x < p.to {
				v.onlyOrAll(p.state)
			}
		}
	case y == d.table:
		v.sortByClick(x)
	case y > d.table && y < d.table+d.lines:
		v.touched = true
		if v.table.Click(x, y-d.table) {
			return v.Do(action.Intent{ID: action.Enter})
		}
	}
	v.sync()
	return nil
}

// onlyOrAll shows the machines of one state, or all again.
func (v *View) onlyOrAll(state string) {
	if v.state == state {
		state = ""
	}
	v.state = state
}

func (v *View) sortByClick(x int) {
	column := v.table.ColumnAt(x)
	v.settled = true
	if now, _ := v.table.Sort(); column == now {
		v.table.Do(action.Intent{ID: action.Reverse})
		return
	}
	v.table.Do(action.Intent{ID: action.SortBy, Arg: column})
}
