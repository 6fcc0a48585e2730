package hotfixes

import (
	"strings"

	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/widget"
)

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.refresh()
	switch in.ID {
	case action.NextTab, action.PrevTab:
		v.part = inDetail - v.part
	case action.Filter:
		v.part = inList
		v.input.Focus()
	case action.InputEsc:
		v.input.SetValue("")
		v.input.Blur()
	case action.InputDone:
		v.input.Blur()
	case action.InputDown:
		v.list.Do(action.Intent{ID: action.Down})
	case action.InputUp:
		v.list.Do(action.Intent{ID: action.Up})
	case action.Back:
		return v.back()
	case action.Enter:
		return v.enter()
	case action.CheckFixes:
		return []view.Ask{view.CheckHotfixes{}}
	case action.NixFixes:
		return []view.Ask{view.EvaluateHotfixes{}}
	case action.RemoveFix:
		if h := v.current(); h != nil {
			return []view.Ask{view.RemoveHotfix{Package: h.Package, System: systemOf(h)}}
		}
	case action.Refresh:
		return []view.Ask{view.Again{Needs: []known.Need{{Kind: known.Hotfixes}}}}
	case action.Copy:
		if t := v.target(); t != nil && t.text != "" {
			return []view.Ask{view.Copy{What: t.what, Text: t.text}}
		}
	case action.CopyAll:
		return []view.Ask{view.Copy{What: "what is shown", Text: v.text()}}
	case action.Edit:
		if t := v.target(); t != nil && t.at.File != "" {
			return []view.Ask{view.Edit{At: t.at}}
		}
	default:
		v.tree().Do(in)
	}
	v.refresh()
	return nil
}

// back clears the filter, stops Nix, goes from the detail to the list, or leaves.
func (v *View) back() []view.Ask {
	switch {
	case v.input.Shown():
		v.input.SetValue("")
		v.input.Blur()
		v.refresh()
	case v.env.Known.Checking.Busy && v.env.Known.Checking.Nix:
		return []view.Ask{view.EvaluateHotfixes{}}
	case v.part == inDetail:
		v.part = inList
	default:
		return []view.Ask{view.Leave{}}
	}
	return nil
}

// enter goes into the detail, and from there to what the line is about.
func (v *View) enter() []view.Ask {
	if v.part == inList {
		if v.current() != nil {
			v.part = inDetail
		}
		return nil
	}
	switch t := v.target(); {
	case t == nil:
	case t.link.Place != "":
		return []view.Ask{view.Go{Link: t.link}}
	case t.text != "":
		return []view.Ask{view.Copy{What: t.what, Text: t.text}}
	}
	return nil
}

// tree is the one that the keys go to.
func (v *View) tree() *widget.Tree {
	if v.part == inDetail {
		return v.detail.tree
	}
	return v.list
}

// target is what the cursor is on; of the list, the hotfix itself.
func (v *View) target() *target {
	h := v.current()
	if h == nil {
		return nil
	}
	if v.part == inList {
		return &target{placed(h.At), h.At, h.Package, "the name"}
	}
	if n := v.detail.tree.Cursor(); n != nil {
		return v.detail.targets[n.ID]
	}
	return nil
}

// text is the list, and the detail where the keys go there.
func (v *View) text() string {
	var b strings.Builder
	write := func(nodes []*widget.Node) {
		for _, n := range nodes {
			line := n.Line.Text()
			if right := n.Right.Text(); right != "" {
				line += "  " + right
			}
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	if v.part == inDetail {
		write(v.detail.roots)
		return b.String()
	}
	write(v.rows)
	return b.String()
}

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	v.refresh()
	t := v.target()
	switch id {
	case action.CheckFixes:
		return v.noCheck()
	case action.NixFixes:
		return v.noNix()
	case action.Expand, action.Collapse, action.ExpandAll, action.CollapseAll:
		return "nothing here opens or closes"
	case action.CopyAll:
		if !v.env.Known.Hotfixes.Has() {
			return "the hotfixes are not read yet"
		}
	case action.RemoveFix, action.Enter, action.Edit, action.Copy, action.NextTab, action.PrevTab:
		switch {
		case v.current() == nil:
			return "no hotfix is under the cursor"
		case t == nil && id != action.RemoveFix && id != action.NextTab && id != action.PrevTab:
			return "nothing is under the cursor"
		case id == action.Edit && t.at.File == "":
			return "what is under the cursor has no place in a file"
		}
	}
	return ""
}

// noCheck says why there is nothing to ask.
func (v *View) noCheck() string {
	l := &v.env.Known.Hotfixes
	switch {
	case v.env.Known.Checking.Busy: // it stops
		return ""
	case v.env.Known.Unread != "":
		return v.env.Known.Unread
	case !l.Has():
		return "the hotfixes are not read yet"
	case len(l.Value) == 0:
		return "there is no hotfix"
	}
	return ""
}

// noNix says why Nix cannot be asked.
func (v *View) noNix() string {
	k := v.env.Known
	switch why := v.noCheck(); {
	case why != "":
		return why
	case k.Checking.Busy && k.Checking.Nix: // it stops
		return ""
	case k.Asking:
		return "Nix is still being asked which machines there are"
	case k.Unconfirmed != nil:
		return "Nix cannot read the flake"
	}
	return k.NoNix
}

// Click puts the cursor where somebody clicked, and opens what has it already.
func (v *View) Click(x, y int) []view.Ask {
	g := v.place
	p, top := inList, g.list
	if g.detail >= 0 && (g.left > 0 && x >= g.left || g.left == 0 && y >= g.detail) {
		p, top = inDetail, g.detail
	}
	if top < 0 || y < top || p == inList && y >= top+g.rows {
		return nil
	}
	same := v.part == p
	v.part = p
	if v.tree().Click(x, y-top) && same {
		return v.enter()
	}
	return nil
}
