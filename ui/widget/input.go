package widget

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/style"
	"assay/ui/term"
)

// longestInput is how many characters may be typed.
const longestInput = 1 << 10

// Input is a line that somebody types on: a filter, a search, a name. The
// console gives it the keys that are no actions of the scope Input. Bubbles'
// text input edits it; it is drawn here, because that one's cursor blinks and
// cannot be seen without colours.
type Input struct {
	st                  *style.Style
	prompt, placeholder string
	line                textinput.Model
	masked              *masked // nil where what is typed is shown
}

// NewInput returns an input with a prompt such as "/" and a placeholder that
// says what may be typed.
func NewInput(st *style.Style, prompt, placeholder string) *Input {
	line := textinput.New()
	line.CharLimit = longestInput
	line.KeyMap.Paste = key.NewBinding(key.WithDisabled()) // would run a program for the clipboard
	return &Input{st: st, prompt: prompt, placeholder: placeholder, line: line}
}

// Focus begins typing.
func (i *Input) Focus() { i.line.Focus() }

// Blur ends typing; what is typed stays.
func (i *Input) Blur() { i.line.Blur() }

// Focused reports whether somebody is typing.
func (i *Input) Focused() bool { return i.line.Focused() }

// Shown reports whether the line is to be seen: somebody is typing, or
// something is typed.
func (i *Input) Shown() bool { return i.Focused() || i.Value() != "" }

// Value is what is typed.
func (i *Input) Value() string { return i.line.Value() }

// SetValue replaces what is typed, with the cursor at its end.
func (i *Input) SetValue(s string) {
	i.line.SetValue(oneLine(s))
	i.line.CursorEnd()
}

// Key edits the line and reports whether its text has changed. Pasted text is
// cleaned and is one line.
func (i *Input) Key(k tea.KeyMsg) (changed bool) {
	if i.masked != nil {
		return i.masked.key(k)
	}
	was := i.Value()
	switch {
	case i.Knows(k):
	case k.Alt && k.Type == tea.KeyRunes:
		return false // it would be typed as if it were there without alt
	default:
		k.Runes = []rune(oneLine(string(k.Runes)))
	}
	focused := i.Focused()
	i.line.Focus() // an input that nobody sees the cursor of can be edited, too
	i.line, _ = i.line.Update(k)
	if !focused {
		i.line.Blur()
	}
	return i.Value() != was
}

// Knows reports whether a key with alt edits the line: those that go by words.
func (i *Input) Knows(k tea.KeyMsg) bool {
	switch k.String() {
	case "alt+b", "alt+f", "alt+d", "alt+left", "alt+right", "alt+backspace", "alt+delete":
		return true
	}
	return false
}

// oneLine is what of a text can be typed.
func oneLine(s string) string {
	s = strings.ReplaceAll(strings.Trim(s, "\r\n"), "\r", "\n")
	return term.Clean(s)
}

// halves are the text before and after the cursor.
func (i *Input) halves() (before, after string) {
	runes := []rune(i.Value())
	at := min(i.line.Position(), len(runes))
	return string(runes[:at]), string(runes[at:])
}

// Render draws the line, w columns wide. The cursor is a bar between two
// characters, so that it is seen without colours; it does not blink.
func (i *Input) Render(w int) string {
	p := pen{st: i.st}
	p.begin(style.Plain, w)
	p.line(Line{R(style.Key, i.prompt)})
	if i.masked != nil {
		p.line(Line{P(i.masked.line(p.left - 1)), R(style.Selected, i.st.Glyphs.Vertical)})
		p.end()
		return string(p.out)
	}
	bar := R(style.Selected, i.st.Glyphs.Vertical)
	switch before, after := i.halves(); {
	case before+after == "" && i.Focused():
		p.line(Line{bar, R(style.Muted, i.placeholder)})
	case before+after == "":
		p.line(Line{R(style.Muted, i.placeholder)})
	case i.Focused():
		wide := term.Width(before) + 1
		if after != "" {
			wide++ // for the ellipsis, which must not be where the bar is
		}
		p.skip = max(wide-p.left, 0)
		p.line(Line{P(before), bar, P(after)})
	default:
		p.line(Line{P(before + after)})
	}
	p.end()
	return string(p.out)
}
