package hotfixes

import (
	"fmt"
	"strings"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// both is the least width at which list and detail are beside each other.
const both = 120

// geometry is where the last Render put the trees.
type geometry struct {
	left         int // columns of the list while the detail is beside it, else 0
	list, detail int // the line in which each begins; -1 not shown
	rows         int // of the list
}

// Render draws the list, the detail beside or below it, and the filter.
func (v *View) Render(w, h int) string {
	v.refresh()
	v.place = geometry{list: -1, detail: -1}
	var foot []string
	if v.input.Shown() {
		foot = append(foot, v.input.Render(w))
	}
	head := v.head(w)
	room := h - len(foot) - len(head)
	if room < 1 || w < 1 {
		return widget.Fit(append(foot, head...), w, h)
	}
	lines := append(head, v.body(w, room, len(head))...)
	return widget.Fit(append(lines, foot...), w, h)
}

// head says when Hydra and git were asked, and Nix, or how far that is.
func (v *View) head(w int) []string {
	if len(v.env.Known.Hotfixes.Value) == 0 || v.env.Known.Unread != "" {
		return nil
	}
	lines := []string{widget.Draw(v.env.Style, v.hydra(), w)}
	if nix := v.nix(); nix != nil {
		lines = append(lines, widget.Draw(v.env.Style, nix, w))
	}
	return lines
}

// hydra says when Hydra and git were asked, or how far that is.
func (v *View) hydra() widget.Line {
	c := &v.env.Known.Checking
	switch {
	case c.Busy && !c.Nix:
		text := " asking Hydra and git" + v.env.Style.Glyphs.Ellipsis
		if c.Of > 0 {
			text = fmt.Sprintf(" asking Hydra: %d of %s", c.Done, word.Count(c.Of, "job"))
		}
		return v.busy(text, action.CheckFixes)
	case c.Err != nil && !c.Nix:
		return v.failed(" not checked: ")
	case !c.At.IsZero():
		return v.said("asked Hydra and git "+word.Age(v.env.Known.Now.Sub(c.At))+" ago; ", action.CheckFixes, " asks again")
	}
	return v.said("from the files, git, and what Hydra said before; ", action.CheckFixes, " asks Hydra now")
}

// nix says when Nix was asked, or since when it is; nil where it cannot be.
func (v *View) nix() widget.Line {
	c := &v.env.Known.Checking
	switch {
	case c.Busy && c.Nix:
		return v.busy(" asking Nix, "+word.Elapsed(v.env.Known.Now.Sub(c.Begun)), action.NixFixes)
	case c.Err != nil && c.Nix:
		return v.failed(" Nix cannot say: ")
	case v.noNix() != "":
		return nil
	case !c.NixAt.IsZero():
		return v.said("asked Nix "+word.Age(v.env.Known.Now.Sub(c.NixAt))+" ago; ", action.NixFixes, " asks again")
	}
	return v.said("Nix was not asked now; ", action.NixFixes, " asks whether packages are the same without them")
}

func (v *View) busy(text string, key action.ID) widget.Line {
	return widget.Line{widget.R(style.Busy, view.Spin(v.env)+text), widget.P("; "), widget.R(style.Key, v.env.Key(key)), widget.R(style.Muted, " stops")}
}

func (v *View) failed(what string) widget.Line {
	text, _, _ := strings.Cut(v.env.Known.Checking.Err.Error(), "\n")
	return widget.Line{widget.R(style.Fail, v.env.Style.Glyphs.Fail+what), widget.P(text)}
}

func (v *View) said(text string, key action.ID, does string) widget.Line {
	return widget.Line{widget.R(style.Muted, text), widget.R(style.Key, v.env.Key(key)), widget.R(style.Muted, does)}
}

// body draws h lines, the first of which is line y of the view.
func (v *View) body(w, h, y int) []string {
	if why := v.nothing(); why != nil {
		return strings.Split(widget.Block(v.env.Style, why, w, h), "\n")
	}
	v.list.Idle, v.detail.tree.Idle = v.part != inList, v.part != inDetail
	if w >= both {
		return v.beside(w, h, y)
	}
	rows := min(len(v.ids), max(h/2-1, 1))
	if h < 4 {
		rows = h
	}
	v.place.list, v.place.rows = y, rows
	lines := strings.Split(v.list.Render(w, rows), "\n")
	if h-rows < 2 {
		return lines
	}
	v.detail.update(v.current(), v.env.Known.Hotfixes.At, w)
	v.place.detail = y + rows + 1
	lines = append(lines, widget.Draw(v.env.Style, widget.Line{widget.R(style.Border, strings.Repeat(v.env.Style.Glyphs.Horizontal, w))}, w))
	return append(lines, strings.Split(v.detail.tree.Render(w, h-rows-1), "\n")...)
}

// beside draws list and detail beside each other.
func (v *View) beside(w, h, y int) []string {
	const gap = 3
	left := (w - gap + 4) / 2
	v.place = geometry{left: left, list: y, detail: y, rows: h}
	v.detail.update(v.current(), v.env.Known.Hotfixes.At, w-gap-left)
	list, detail := strings.Split(v.list.Render(left, h), "\n"), strings.Split(v.detail.tree.Render(w-gap-left, h), "\n")
	rule := v.env.Style.Paint(style.Border, " "+v.env.Style.Glyphs.Vertical+" ")
	lines := make([]string, h)
	for i := range lines {
		lines[i] = list[i] + rule + detail[i]
	}
	return lines
}

// nothing is what is shown where no hotfix is; nil where some are.
func (v *View) nothing() []widget.Line {
	l := &v.env.Known.Hotfixes
	key := func(id action.ID, does string) widget.Line {
		return widget.Line{widget.P("  "), widget.R(style.Key, v.env.Key(id)), widget.R(style.Muted, does)}
	}
	switch {
	case v.env.Known.Unread != "":
		return []widget.Line{{widget.R(style.Strong, "No hotfixes are known.")}, {}, {widget.P(v.env.Known.Unread)}}
	case !l.Has():
		return view.Loading(l, "hotfixes")
	case len(l.Value) == 0:
		return []widget.Line{{widget.R(style.OK, v.env.Style.Glyphs.OK+" no hotfix"), widget.P(": every package comes from its own channel")}, {},
			{widget.P("  A hotfix takes one package from another channel for a while:")},
			{widget.R(style.Muted, "  assay hotfixes add PACKAGE --channel stable --reason TEXT")}, {},
			key(action.Back, " goes back to the layers")}
	case len(v.ids) == 0:
		return []widget.Line{{widget.P("no hotfix has all of these words")}, {}, key(action.InputEsc, fmt.Sprintf(" shows all %d", len(l.Value)))}
	}
	return nil
}
