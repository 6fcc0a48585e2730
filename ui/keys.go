package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/action"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
)

// scope is the innermost place where keys are live now.
func (m *Model) scope() action.Scope {
	switch {
	case m.dialog != nil && m.dialog.Input() != nil:
		return action.Input
	case m.dialog != nil:
		return m.dialog.Scope()
	case m.typing() != nil:
		return action.Input
	}
	return m.at.top().Scope()
}

// typing is the line that somebody is typing on, nil where nobody is.
func (m *Model) typing() *widget.Input {
	if m.dialog != nil {
		return m.dialog.Input()
	}
	if v, ok := m.at.top().(view.Typing); ok {
		if in := v.Input(); in != nil && in.Focused() {
			return in
		}
	}
	return nil
}

// chain is the scopes that are live, the innermost first.
func (m *Model) chain() []action.Scope { return action.Chain(m.scope()) }

// keysOf takes apart what Bubble Tea joins: characters that were typed so fast
// that they came together are several keys. A paste is one.
func keysOf(k tea.KeyMsg) []tea.KeyMsg {
	if k.Type != tea.KeyRunes || k.Paste || len(k.Runes) < 2 {
		return []tea.KeyMsg{k}
	}
	var keys []tea.KeyMsg
	for _, r := range k.Runes {
		one := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt}
		if r == ' ' {
			one.Type = tea.KeySpace
		}
		keys = append(keys, one)
	}
	return keys
}

// key gives a key to what it is for: an action, or the line being typed.
func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	a, found := m.keys.Find(m.chain(), action.KeyName(k.String()))
	in := m.typing()
	switch {
	case k.Paste && in == nil:
		return nil // nobody asked for it; its letters are not keys
	case k.Alt && !found && !(in != nil && in.Knows(k)):
		return tea.Batch(m.key(tea.KeyMsg{Type: tea.KeyEsc}), m.key(withoutAlt(k)))
	case found && !k.Paste && !(in != nil && plainRune(k) && a.Scopes[0] != action.Input):
		return m.press(a, action.KeyName(k.String()))
	case in == nil && m.dialog == nil:
		m.nothing(action.KeyName(k.String()))
	case in != nil && in.Key(k):
		return m.give(action.Intent{ID: action.InputText})
	}
	return nil
}

// withoutAlt is the key after the escape that a terminal sends before a key
// with alt, and an operator who is quick before any key.
func withoutAlt(k tea.KeyMsg) tea.KeyMsg {
	k.Alt = false
	return k
}

// plainRune reports whether the key is a character that can be typed.
func plainRune(k tea.KeyMsg) bool {
	return (k.Type == tea.KeyRunes || k.Type == tea.KeySpace) && !k.Alt
}

// nothing says that a key does nothing here, and where it does something.
func (m *Model) nothing(key string) {
	if m.w < leastWidth || m.h < leastHeight {
		return
	}
	why := "does nothing; " + m.keys.Label(action.Help) + " shows what does"
	if a, in := m.keys.Elsewhere(key); in != "" {
		why = a.Short + ": only in " + string(in)
	}
	m.say(notice(key + " " + why))
}

// press carries an action out, or says why it does nothing now.
func (m *Model) press(a action.Action, key string) tea.Cmd {
	if m.w < leastWidth || m.h < leastHeight {
		if a.ID != action.Quit && a.ID != action.Interrupt {
			return nil // nobody sees what it would do
		}
	}
	if m.dialog != nil {
		if a.ID == action.Interrupt {
			return m.interrupt()
		}
		return m.give(action.Intent{ID: a.ID})
	}
	if a.Scopes[0] != action.Input {
		if why := m.disabled(a); why != "" {
			m.say(notice(key + " " + a.Short + ": " + why))
			return nil
		}
	}
	return m.do(action.Intent{ID: a.ID})
}

// give hands an intent to the dialog if there is one, else to the view.
func (m *Model) give(in action.Intent) tea.Cmd {
	if m.dialog == nil {
		return m.askedAll(m.at.top().Do(in))
	}
	return m.inDialog(in)
}

// wheelLines is how far one notch of the wheel goes.
const wheelLines = 3

// pointer carries out what the mouse does: the wheel moves, a click selects,
// a click on what is selected opens.
func (m *Model) pointer(e tea.MouseMsg) tea.Cmd {
	switch {
	case m.w < leastWidth || m.h < leastHeight:
		return nil
	case e.Button == tea.MouseButtonWheelDown:
		return m.roll(action.Down)
	case e.Button == tea.MouseButtonWheelUp:
		return m.roll(action.Up)
	case e.Action != tea.MouseActionPress || e.Button != tea.MouseButtonLeft:
		return nil
	case m.dialog != nil:
		return m.clickDialog(e.X, e.Y)
	case e.Y == m.h-2:
		return m.clickTops(e.X)
	}
	v, ok := m.at.top().(view.Clicking)
	if y := e.Y - 2; ok && y >= 0 && y < m.h-frameLines {
		return m.askedAll(v.Click(e.X, y))
	}
	return nil
}

func (m *Model) roll(id action.ID) tea.Cmd {
	var cmds []tea.Cmd
	for range wheelLines {
		cmds = append(cmds, m.give(action.Intent{ID: id}))
	}
	return tea.Batch(cmds...)
}

// clickTops opens the view whose number was clicked.
func (m *Model) clickTops(x int) tea.Cmd {
	if m.messages.toast() != nil {
		m.messages.dismiss()
		return nil
	}
	at := 1
	for _, t := range tops {
		a, _ := m.keys.Action(t.id)
		at += term.Width(m.keys.Label(t.id)) + term.Width(a.Short) + 3
		if x < at {
			m.goTop(t.place)
			return nil
		}
	}
	return nil
}
