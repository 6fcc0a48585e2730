package outline

import (
	"assay/ui/action"
	"assay/ui/view"
)

// Do carries out what every outline can: moves, opening and closing, the
// filter, enter, copying, editing, going back. It reports whether the intent
// was one of those.
func (o *Outline) Do(in action.Intent) (asked []view.Ask, done bool) {
	switch in.ID {
	case action.Enter:
		return o.enter(), true
	case action.Back:
		return o.back(), true
	case action.Filter:
		o.input.Focus()
	case action.InputText:
		o.filter()
	case action.InputDone:
		o.input.Blur()
	case action.InputEsc:
		o.clear()
	case action.InputDown:
		o.tree.Do(action.Intent{ID: action.Down})
	case action.InputUp:
		o.tree.Do(action.Intent{ID: action.Up})
	case action.Copy:
		return o.copied(), true
	case action.CopyAll:
		if len(o.roots) == 0 {
			return nil, true
		}
		return []view.Ask{view.Copy{What: "all of it", Text: o.Text()}}, true
	case action.Edit:
		if it := o.Cursor(); it != nil && !it.At.IsZero() {
			return []view.Ask{view.Edit{At: it.At}}, true
		}
	case action.ExpandAll:
		o.makeAll(o.roots)
		return nil, o.tree.Do(in)
	default:
		if in.ID == action.Expand {
			o.make(o.Cursor())
		}
		return nil, o.tree.Do(in)
	}
	return nil, true
}

func (o *Outline) enter() []view.Ask {
	it := o.Cursor()
	switch {
	case it == nil:
	case it.Link != view.Link{}:
		return []view.Ask{view.Go{Link: it.Link}}
	default:
		o.make(it)
		o.tree.Toggle()
	}
	return nil
}

func (o *Outline) back() []view.Ask {
	if o.input.Shown() {
		o.clear()
		return nil
	}
	return []view.Ask{view.Leave{}}
}

func (o *Outline) clear() {
	o.input.Blur()
	o.input.SetValue("")
	o.filter()
}

func (o *Outline) copied() []view.Ask {
	it := o.Cursor()
	if it == nil || it.Copy == "" {
		return nil
	}
	what := it.What
	if what == "" {
		what = "the name"
	}
	return []view.Ask{view.Copy{What: what, Text: it.Copy}}
}

// Click puts the cursor on line y of the last Render; a second click there is
// enter.
func (o *Outline) Click(x, y int) []view.Ask {
	if o.tree.Click(x, y) {
		return o.enter()
	}
	return nil
}

// Disabled says why an action of outlines does nothing now.
func (o *Outline) Disabled(id action.ID) string {
	it := o.Cursor()
	switch id {
	case action.Enter:
		if it == nil {
			return "nothing is under the cursor"
		}
		if (it.Link == view.Link{}) && len(it.Children) == 0 {
			return "this line leads nowhere"
		}
	case action.Copy:
		if it == nil || it.Copy == "" {
			return "nothing to copy is under the cursor"
		}
	case action.CopyAll:
		if len(o.roots) == 0 {
			return "there is nothing to show"
		}
	case action.Edit:
		if it == nil || it.At.IsZero() {
			return "what is under the cursor has no place in a file"
		}
	case action.Expand:
		if it == nil || len(it.Children) == 0 {
			return "nothing is below this line"
		}
	case action.Collapse:
		if it == nil || !o.tree.Inside() {
			return "this line is below nothing, and nothing is open below it"
		}
	case action.ExpandAll, action.CollapseAll, action.Filter:
		if len(o.roots) == 0 {
			return "there is nothing to show"
		}
	}
	return ""
}
