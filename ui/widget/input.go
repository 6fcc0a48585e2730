package widget

import (
	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/style"
)

// Input is a line that somebody types on: a filter, a search, a name. The
// console gives it the keys that are no actions of the scope Input.
type Input struct {
	st *style.Style
}

// NewInput returns an input with a prompt such as "/" and a placeholder that
// says what may be typed.
func NewInput(st *style.Style, prompt, placeholder string) *Input { return &Input{st: st} }

// Focus begins typing, Blur ends it; what is typed stays.
func (i *Input) Focus() { panic("to come") }

// Blur ends typing.
func (i *Input) Blur() { panic("to come") }

// Focused reports whether somebody is typing.
func (i *Input) Focused() bool { panic("to come") }

// Key edits the line and reports whether its text has changed. Pasted text is
// cleaned and is one line.
func (i *Input) Key(k tea.KeyMsg) (changed bool) { panic("to come") }

// Value is what is typed.
func (i *Input) Value() string { panic("to come") }

// SetValue replaces what is typed, with the cursor at its end.
func (i *Input) SetValue(s string) { panic("to come") }

// Render draws the line, w columns wide.
func (i *Input) Render(w int) string { panic("to come") }
