package secrets

import (
	"fmt"
	"strings"

	"assay/secrets"
	"assay/secrets/audit"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.refresh()
	if in.ID == action.Back && v.show.reader != "" && !v.input.Shown() {
		v.show.reader = ""
		v.refresh()
		return nil
	}
	asks, done := view.InTable(v.input, v.table, "Sort secrets by", v.Needs(), in.ID)
	switch {
	case done:
	case in.ID == action.ToMend:
		v.show.wrong = !v.show.wrong
	case in.ID == action.GroupBy:
		v.show.group = map[Grouping]Grouping{byPath: byWhere, byWhere: byState, byState: byPath}[v.show.group]
		asks = []view.Ask{view.Say{Text: "Grouped by " + map[Grouping]string{byPath: "path", byWhere: "machine or directory", byState: "state"}[v.show.group]}}
	case in.ID == action.Reader:
		asks = v.askReader()
	case in.ID == action.ReaderSet:
		v.show.reader = in.Arg
	default:
		asks = v.doRow(in)
	}
	v.refresh()
	return asks
}

// askReader lets the operator choose whose secrets to show.
func (v *View) askReader() []view.Ask {
	if !v.list.loaded() || len(v.list.of.Readers) == 0 {
		return nil
	}
	choose := view.Choose{Title: "What can ... read?", Intent: action.ReaderSet}
	choose.Items = append(choose.Items, view.Item{Value: "", Text: "everybody: all secrets", Now: v.show.reader == ""})
	for _, r := range v.list.of.Readers {
		n := 0
		for i := range v.list.all {
			if v.list.all[i].CanRead(r.Keys) {
				n++
			}
		}
		choose.Items = append(choose.Items, view.Item{Value: r.String(), Text: r.String(), Note: word.Count(n, "secret"), Now: v.show.reader == r.String()})
	}
	return []view.Ask{choose}
}

// doRow carries out what is about secrets, and moves.
func (v *View) doRow(in action.Intent) []view.Ask {
	s := v.current()
	switch {
	case in.ID == action.MakeVars:
		if why := v.Disabled(in.ID); why != "" {
			return []view.Ask{view.Say{Level: style.Warn, Text: why}}
		}
		return []view.Ask{view.PlanVars{}}
	case in.ID == action.FixSecrets:
		return v.fix()
	case in.ID == action.CopyAll:
		return []view.Ask{view.Copy{What: word.Count(v.list.Len(), "secret"), Text: v.list.text()}}
	case s == nil:
	case in.ID == action.Enter && s.At.File != "":
		return []view.Ask{view.Go{Link: view.At(s.At)}}
	case in.ID == action.Edit && s.At.File != "":
		return []view.Ask{view.Edit{At: s.At}}
	case in.ID == action.Copy:
		return []view.Ask{view.Copy{What: "what is known of the secret", Text: v.plain(s)}}
	}
	v.table.Do(in)
	return nil
}

// plain is the detail as text.
func (v *View) plain(s *audit.Secret) string {
	var b strings.Builder
	for _, line := range v.detail(s, 1000) {
		var text string
		for _, span := range line {
			text += span.Text
		}
		b.WriteString(strings.TrimSpace(text) + "\n")
	}
	return b.String()
}

// drifted are the vars that can be fixed.
func (v *View) drifted() (out []secrets.VarFinding) {
	for i := range v.list.all {
		if s := v.list.all[i].Secret; s.Var != nil && s.State == secrets.Drifted {
			out = append(out, *s.Var)
		}
	}
	return out
}

// fix shows what fixing the drifted vars would do, and asks.
func (v *View) fix() []view.Ask {
	if why := v.Disabled(action.FixSecrets); why != "" {
		return []view.Ask{view.Say{Level: style.Warn, Text: why}}
	}
	drifted := v.drifted()
	lines := []widget.Line{{widget.P("each is written anew, under a fresh key, for whom its links name:")}}
	for i := range v.list.all {
		s := v.list.all[i].Secret
		if s.Var == nil || s.State != secrets.Drifted {
			continue
		}
		lines = append(lines, widget.Line{widget.R(style.Warn, v.env.Style.Glyphs.Warn+" "), widget.P(strings.TrimPrefix(s.ID, "vars/"))},
			widget.Line{widget.R(style.Muted, "    for "+shouldRead(s))})
	}
	lines = append(lines, nil, widget.Line{widget.P("who could read an old one still knows what was in it")})
	return []view.Ask{view.FixVars{Drifted: drifted, Confirm: view.Confirm{Title: "Fix drifted secrets", Lines: lines,
		Yes: fmt.Sprintf("Write %s anew", word.Count(len(drifted), "secret"))}}}
}

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	v.refresh()
	s := v.current()
	switch id {
	case action.Enter, action.Edit:
		switch {
		case s == nil:
			return "no secret is under the cursor"
		case s.At.File == "":
			return "nothing is known to declare this secret"
		}
	case action.Copy:
		if s == nil {
			return "no secret is under the cursor"
		}
	case action.Left, action.Right:
		if v.table.Hidden() == 0 {
			return "all columns are shown"
		}
	case action.Reader, action.ToMend, action.GroupBy, action.MakeVars:
		if len(v.list.all) == 0 {
			return "there are no secrets"
		}
		if id == action.MakeVars && !v.missing() {
			return "no var is missing or outdated"
		}
	case action.FixSecrets:
		if len(v.drifted()) == 0 {
			return "no var has drifted; files: assay secrets rekey"
		}
	}
	return view.NoRows(v.table, "secret", id)
}

// missing reports whether some var can be made.
func (v *View) missing() bool {
	for i := range v.list.all {
		switch v.list.all[i].State {
		case secrets.Missing, secrets.Half, secrets.Outdated:
			return true
		}
	}
	return false
}

// Click puts the cursor on a row, and opens the one that has it already.
func (v *View) Click(x, y int) []view.Ask {
	if y >= v.top && y < v.below && v.table.Click(x, y-v.top) {
		return v.Do(action.Intent{ID: action.Enter})
	}
	return nil
}
