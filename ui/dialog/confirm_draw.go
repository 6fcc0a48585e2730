package dialog

import (
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// widestLine is how many columns a confirmation's lines take at most; longer
// ones are broken between words.
const widestLine = 76

// Render draws the box. The buttons are there however small the screen is.
func (c *Confirm) Render(w, h int) []string {
	fixed := 2 // an empty line, the buttons
	if c.input != nil {
		fixed += 3
	}
	inner, _ := room(w, h, c.width(), fixed)
	all := brokenTo(c.ask.Lines, inner)
	w, h = room(w, h, inner, len(all)+fixed)
	var body []string
	if h > fixed {
		body = c.what(all, w, h-fixed)
	}
	st := c.env.Style
	tail := []string{widget.Draw(st, nil, w)}
	if c.input != nil {
		tail = append(tail, widget.Draw(st, c.wanted(), w), c.input.Render(w), widget.Draw(st, c.remark(), w))
	}
	tail = append(tail, c.buttons(w, len(body)+len(tail)))
	body = append(body, tail[max(len(tail)-h, 0):]...)
	return box(st, c.ask.Title, body, c.hints(), w)
}

// brokenTo are the lines with those broken that are wider than w.
func brokenTo(all []widget.Line, w int) []widget.Line {
	var out []widget.Line
	for i, l := range all {
		if term.Width(l.Text()) <= w {
			out = append(out, l)
			continue
		}
		out = append(out, view.Folded(all[i:i+1], w)...)
	}
	return out
}

// hints are the keys that do something now.
func (c *Confirm) hints() widget.Line {
	cancel := widget.Hint(c.key(action.Dismiss, action.InputEsc), "cancel")
	enter := c.key(action.Answer, action.InputDone)
	other := widget.Hint(c.key(action.OtherButton, action.InputNext), "other answer")
	switch {
	case !c.typed():
		return row(widget.Hint(enter, "go on when it is typed"), cancel)
	case c.input != nil && !c.yes && !c.back:
		return row(other, widget.Hint(enter, "go on"), cancel)
	}
	return row(other, widget.Hint(enter, "answer"), cancel)
}

// key is the key of an action, which is another one while somebody types.
func (c *Confirm) key(id, typing action.ID) string {
	if c.input != nil {
		id = typing
	}
	return c.env.Key(id)
}

func (c *Confirm) width() int {
	widest := max(term.Width(term.Clean(c.ask.Title))+4, 44, term.Width(term.Clean(c.ask.Yes))+20)
	for _, l := range c.ask.Lines[:min(len(c.ask.Lines), 200)] {
		widest = max(widest, term.Width(l.Text()))
	}
	return min(widest, widestLine)
}

// what draws h of all lines, the last one of them with how many more there
// are.
func (c *Confirm) what(all []widget.Line, w, h int) []string {
	c.shown = h
	c.top = max(min(c.top, len(all)-h), 0)
	var out []string
	for i := c.top; i < len(all) && len(out) < h; i++ {
		out = append(out, widget.Draw(c.env.Style, all[i], w))
	}
	if below := len(all) - c.top - h; below > 0 && h > 0 {
		more := "and " + word.Count(below+1, "more line") + ": " + c.key(action.Down, action.InputDown) + " shows them"
		out[h-1] = widget.Draw(c.env.Style, widget.Line{widget.R(style.Muted, more)}, w)
	}
	return out
}

// wanted says what has to be typed.
func (c *Confirm) wanted() widget.Line {
	l := widget.Line{widget.P("Type "), widget.R(style.Strong, c.ask.Word), widget.P(" to go on")}
	if c.typed() {
		l = append(l, widget.R(style.OK, "  "+c.env.Style.Glyphs.OK+" typed"))
	}
	return l
}

// remark is why the last key did not lead further, or what the next one does.
func (c *Confirm) remark() widget.Line {
	text := c.said
	if c.yes {
		text = c.env.Key(action.InputDone) + " again does it"
	}
	return widget.Line{widget.R(style.Muted, text)}
}

// buttons draws both answers; the one with the focus has the cursor's glyph.
func (c *Confirm) buttons(w, y int) string {
	yes := style.Plain
	if !c.typed() {
		yes = style.Muted
	}
	cancel, okay := c.button("Cancel", style.Plain, !c.yes), c.button(c.ask.Yes, yes, c.yes)
	first := term.Width(cancel.Text) + 2
	c.click = [2]place{{2, y + 1, first - 2}, {2 + first, y + 1, term.Width(term.Clean(okay.Text))}}
	return widget.Draw(c.env.Style, widget.Line{cancel, widget.P("  "), okay}, w)
}

func (c *Confirm) button(text string, role style.Role, focus bool) widget.Span {
	if focus {
		return widget.R(style.Selected, c.env.Style.Glyphs.Cursor+"[ "+text+" ]")
	}
	return widget.R(role, " [ "+text+" ]")
}
