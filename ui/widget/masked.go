package widget

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/style"
	"assay/ui/term"
)

// mask is shown for each character of a masked input.
const mask = "*"

// masked is what is typed on an input that does not show it. It is edited at
// its end only, in one place that is overwritten afterwards.
type masked struct {
	typed []byte
	shown bool
}

// NewMasked returns an input that shows how much is typed, not what. Its Value
// is always empty; what is typed is told by Secret alone.
func NewMasked(st *style.Style, prompt string) *Input {
	i := NewInput(st, prompt, "")
	i.masked = &masked{typed: make([]byte, 0, longestInput)}
	return i
}

// NewWiped returns an input like a masked one that shows what is typed.
func NewWiped(st *style.Style, prompt string) *Input {
	i := NewMasked(st, prompt)
	i.masked.shown = true
	return i
}

// Secret is what was typed on a masked input, for the caller to wipe. It is
// not nil.
func (i *Input) Secret() []byte {
	return append(make([]byte, 0, len(i.masked.typed)), i.masked.typed...)
}

// Wipe overwrites what was typed on a masked input.
func (i *Input) Wipe() { i.masked.cut(0) }

func (m *masked) cut(n int) {
	clear(m.typed[n:])
	m.typed = m.typed[:n]
}

// key edits the line and reports whether it has changed. What is pasted ends
// at its first line break; control characters are no part of a password.
func (m *masked) key(k tea.KeyMsg) bool {
	was := len(m.typed)
	switch k.Type {
	case tea.KeyBackspace:
		_, n := utf8.DecodeLastRune(m.typed)
		m.cut(was - n)
	case tea.KeyCtrlU, tea.KeyCtrlW, tea.KeyCtrlK:
		m.cut(0)
	case tea.KeyRunes, tea.KeySpace:
		if k.Alt {
			return false
		}
		for _, r := range k.Runes {
			if r == '\n' || r == '\r' {
				break
			}
			if !unicode.IsControl(r) && len(m.typed)+utf8.RuneLen(r) <= cap(m.typed) {
				m.typed = utf8.AppendRune(m.typed, r)
			}
		}
	}
	return len(m.typed) != was
}

// line is what is shown: as many marks as there is room for, or the end of
// what is typed.
func (m *masked) line(room int) string {
	if m.shown {
		runes := []rune(string(m.typed))
		for len(runes) > 0 && term.Width(string(runes)) > room {
			runes = runes[1:]
		}
		return string(runes)
	}
	return strings.Repeat(mask, max(min(utf8.RuneCount(m.typed), room), 0))
}
