package dialog

import (
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// Confirm asks before something is done. Cancel has the focus at first. Where
// a word has to be typed, nothing else leads to the other answer.
type Confirm struct {
	env   view.Env
	ask   view.Confirm
	input *widget.Input // nil where nothing has to be typed
	yes   bool          // the focus is on the answer yes
	back  bool          // somebody moved the focus to Cancel
	top   int           // the first line that is shown
	shown int           // how many lines the last Render had room for
	click [2]place      // the buttons: cancel, yes
}

// place is where something is in a box.
type place struct{ x, y, w int }

func (p place) has(x, y int) bool { return y == p.y && x >= p.x && x < p.x+p.w }

// NewConfirm asks what a view wants to have confirmed.
func NewConfirm(env view.Env, ask view.Confirm) *Confirm {
	c := &Confirm{env: env, ask: ask}
	if ask.Word != "" {
		c.input = widget.NewInput(env.Style, "> ", "")
		c.input.Focus()
	}
	return c
}

// Scope is that of confirmations.
func (c *Confirm) Scope() action.Scope { return action.Confirm }

// Input is the line for the word, nil where none has to be typed.
func (c *Confirm) Input() *widget.Input { return c.input }

// typed reports whether the word is there, if there has to be one.
func (c *Confirm) typed() bool { return c.input == nil || c.input.Value() == c.ask.Word }

// Do carries out an intent.
func (c *Confirm) Do(in action.Intent) Result {
	switch in.ID {
	case action.Dismiss, action.InputEsc:
		return Result{Close: true}
	case action.OtherButton, action.InputNext:
		c.back = c.yes
		c.yes = !c.yes && c.typed()
	case action.InputText:
		c.yes, c.back = c.yes && c.typed(), false
	case action.Answer, action.InputDone:
		return c.answer()
	default:
		c.scroll(in.ID)
	}
	return Result{}
}

// scroll moves the lines; Render keeps them in the box.
func (c *Confirm) scroll(id action.ID) {
	page := max(c.shown-1, 1)
	switch id {
	case action.Down, action.InputDown:
		c.top++
	case action.Up, action.InputUp:
		c.top--
	case action.PageDown:
		c.top += page
	case action.PageUp:
		c.top -= page
	case action.HalfDown:
		c.top += (page + 1) / 2
	case action.HalfUp:
		c.top -= (page + 1) / 2
	case action.Top:
		c.top = 0
	case action.Bottom:
		c.top = len(c.ask.Lines)
	}
}

// answer gives the answer that has the focus. Whoever has just typed the word
// gets the focus moved first, so that enter neither cancels nor goes through.
func (c *Confirm) answer() Result {
	switch {
	case c.yes && c.typed():
		return Result{Close: true, Intent: c.ask.Intent}
	case c.input != nil && c.typed() && !c.back:
		c.yes = true
		return Result{}
	}
	return Result{Close: true}
}

// Click answers with a click on the button that has the focus, and moves the
// focus to the other one.
func (c *Confirm) Click(x, y int) Result {
	for i, b := range c.click {
		if !b.has(x, y) {
			continue
		}
		if yes := i == 1; yes != c.yes {
			return c.Do(action.Intent{ID: action.OtherButton})
		}
		return c.Do(action.Intent{ID: action.Answer})
	}
	return Result{}
}

// Render draws the box. The buttons are there however small the screen is.
func (c *Confirm) Render(w, h int) []string {
	fixed := 2 // an empty line, the buttons
	if c.input != nil {
		fixed += 3
	}
	w, h = room(w, h, c.width(), len(c.ask.Lines)+fixed)
	var body []string
	if h > fixed {
		body = c.what(w, h-fixed)
	}
	st := c.env.Style
	empty := widget.Draw(st, nil, w)
	tail := []string{empty}
	if c.input != nil {
		tail = append(tail, widget.Draw(st, c.wanted(), w), c.input.Render(w), empty)
	}
	tail = append(tail, c.buttons(w, len(body)+len(tail)))
	body = append(body, tail[max(len(tail)-h, 0):]...)
	hints := row(hint(c.key(action.OtherButton, action.InputNext), "other answer"), hint(c.key(action.Answer, action.InputDone), "answer"),
		hint(c.key(action.Dismiss, action.InputEsc), "cancel"))
	return box(st, c.ask.Title, body, hints, w)
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
	return min(widest, 100)
}

// what draws h of the lines, the last one of them with how many more there
// are.
func (c *Confirm) what(w, h int) []string {
	all := c.ask.Lines
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
