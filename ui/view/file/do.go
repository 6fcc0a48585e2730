package file

import (
	"assay/ui/action"
	"assay/ui/view"
)

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.fill()
	switch in.ID {
	case action.Search:
		if v.Disabled(in.ID) == "" {
			v.from = v.text.Cursor()
			v.input.Focus()
		}
	case action.InputText:
		v.search()
	case action.InputDone:
		v.input.Blur()
	case action.InputEsc:
		v.clear()
		v.text.GoTo(v.from)
	case action.InputDown:
		v.text.Do(action.Intent{ID: action.NextMatch})
	case action.InputUp:
		v.text.Do(action.Intent{ID: action.PrevMatch})
	case action.Back:
		if !v.input.Shown() {
			return []view.Ask{view.Leave{}}
		}
		v.clear()
	case action.Refresh:
		return []view.Ask{view.Again{Needs: v.Needs()}}
	default:
		if v.Disabled(in.ID) != "" {
			return nil
		}
		if asked := v.asks(in); asked != nil {
			return []view.Ask{asked}
		}
		v.text.Do(in)
	}
	return nil
}

// asks is what an intent asks of the console, nil for one that does not.
func (v *View) asks(in action.Intent) view.Ask {
	switch in.ID {
	case action.Enter:
		to, _ := v.leads()
		return view.Go{Link: to}
	case action.Edit:
		return view.Edit{At: v.place()}
	case action.Copy:
		return view.Copy{What: "the line", Text: v.shown.text(v.text.Cursor())}
	case action.CopyAll:
		return view.Copy{What: "the file", Text: v.all()}
	case action.Pager:
		return view.Page{Title: v.path, Text: v.all()}
	}
	return nil
}

func (v *View) clear() {
	v.input.Blur()
	v.input.SetValue("")
	v.search()
}

// Click puts the cursor on a line; a second click opens what it declares.
func (v *View) Click(x, y int) []view.Ask {
	if len(v.shown.lines) > 0 && v.text.Click(x, y) {
		return v.Do(action.Intent{ID: action.Enter})
	}
	return nil
}

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	v.fill()
	l := v.env.Known.File(v.path)
	switch id {
	case action.Edit:
		if l.Err != nil {
			return "the file could not be read"
		}
	case action.Copy, action.CopyAll, action.Pager, action.Search, action.Wrap:
		return v.nothing()
	case action.Left, action.Right:
		if why := v.nothing(); why != "" {
			return why
		}
		if v.text.Wrapped() {
			return "long lines are wrapped: nothing is beside the screen"
		}
	case action.NextMatch, action.PrevMatch:
		if v.input.Value() == "" {
			return "nothing is searched: " + v.env.Key(action.Search) + " does"
		}
		if v.found == 0 {
			return "the search finds nothing"
		}
	case action.Enter:
		if why := v.nothing(); why != "" {
			return why
		}
		if _, ok := v.leads(); !ok {
			return "this line declares no machine and no aspect"
		}
	}
	return ""
}

// nothing says why no line of the file is there to be read.
func (v *View) nothing() string {
	l := v.env.Known.File(v.path)
	switch {
	case l.Err != nil:
		return "the file could not be read"
	case !l.Has():
		return "the file is not there yet"
	case v.shown.why != "":
		return v.shown.why
	case len(v.shown.lines) == 0:
		return "the file is empty"
	}
	return ""
}
