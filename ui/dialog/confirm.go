package dialog

import (
	"math"

	"assay/ui/action"
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
	said  string        // why a key did not lead further
	top   int           // the first line that is shown
	shown int           // how many lines the last Render had room for
	click [2]place      // the buttons: cancel, yes
}

// endOfLines is a first line that Render takes back to the last page.
const endOfLines = math.MaxInt32

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
	case action.Dismiss, action.CancelAnswer, action.InputEsc:
		return Result{Close: true}
	case action.OtherButton, action.InputNext:
		c.other()
	case action.InputText:
		c.yes, c.back, c.said = c.yes && c.typed(), false, ""
	case action.Answer, action.InputDone:
		return c.answer()
	default:
		c.scroll(in.ID)
	}
	return Result{}
}

// other moves the focus to the other answer, if it can have it.
func (c *Confirm) other() {
	if !c.typed() {
		c.said = "type " + c.ask.Word + " first"
		return
	}
	c.back = c.yes
	c.yes = !c.yes
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
		c.top = endOfLines
	}
}

// answer gives the answer that has the focus. Whoever has just typed the word
// gets the focus moved first, so that enter neither cancels nor goes through;
// a wrong word is no answer.
func (c *Confirm) answer() Result {
	switch {
	case !c.typed():
		c.said = c.wrong()
		return Result{}
	case c.yes:
		return Result{Close: true, Intent: c.ask.Intent}
	case c.input != nil && !c.back:
		c.yes = true
		return Result{}
	}
	return Result{Close: true}
}

// wrong says that what is typed is not what has to be.
func (c *Confirm) wrong() string {
	text := "type " + c.ask.Word
	if typed := c.input.Value(); typed != "" {
		text = word.Short(typed, 20, c.env.Style.Glyphs.Ellipsis) + " is not " + c.ask.Word + ": " + text
	}
	return text + ", or " + c.env.Key(action.InputEsc) + " cancels"
}

// Click answers with a click on the button that has the focus, and moves the
// focus to the other one.
func (c *Confirm) Click(x, y int) Result {
	for i, b := range c.click {
		if !b.has(x, y) {
			continue
		}
		if i == 0 && !c.typed() {
			return Result{Close: true}
		}
		if yes := i == 1; yes != c.yes {
			return c.Do(action.Intent{ID: action.OtherButton})
		}
		return c.Do(action.Intent{ID: action.Answer})
	}
	return Result{}
}
