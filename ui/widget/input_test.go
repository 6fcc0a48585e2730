package widget

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/style"
	"assay/ui/term"
)

// keys are the keys of the test below, as Bubble Tea names them.
var keys = map[string]tea.KeyMsg{
	"left": {Type: tea.KeyLeft}, "right": {Type: tea.KeyRight}, "home": {Type: tea.KeyHome}, "end": {Type: tea.KeyEnd},
	"ctrl+a": {Type: tea.KeyCtrlA}, "ctrl+e": {Type: tea.KeyCtrlE}, "ctrl+w": {Type: tea.KeyCtrlW}, "ctrl+u": {Type: tea.KeyCtrlU}, "ctrl+k": {Type: tea.KeyCtrlK},
	"alt+b": {Type: tea.KeyRunes, Runes: []rune("b"), Alt: true}, "alt+f": {Type: tea.KeyRunes, Runes: []rune("f"), Alt: true},
	"backspace": {Type: tea.KeyBackspace}, "delete": {Type: tea.KeyDelete}, "space": {Type: tea.KeySpace, Runes: []rune(" ")}, "up": {Type: tea.KeyUp},
}

func TestInputEdits(t *testing.T) {
	for _, c := range []struct{ text, keys, want string }{
		{"abc", "", "abc│"},
		{"abc", "left", "ab│c"},
		{"abc", "left left left left", "│abc"},
		{"abc", "home delete", "│bc"},
		{"abc", "backspace", "ab│"},
		{"abc", "home backspace", "│abc"},
		{"abc", "delete", "abc│"},
		{"one two", "ctrl+w", "one │"},
		{"one two ", "ctrl+w ctrl+w", "│"},
		{"one two", "alt+b", "one │two"},
		{"one two", "ctrl+a alt+f", "one│ two"},
		{"one two", "alt+b ctrl+u", "│two"},
		{"one two", "alt+b left ctrl+k", "one│"},
		{"one", "space", "one │"},
		{"one", "up", "one│"},
		{"日本", "left backspace", "│本"},
		{"abc", "home end", "abc│"},
		{"abc", "ctrl+a ctrl+e", "abc│"},
	} {
		in := NewInput(style.PlainStyle(), "", "")
		in.Focus()
		in.SetValue(c.text)
		for _, name := range strings.Fields(c.keys) {
			k, ok := keys[name]
			if !ok {
				t.Fatalf("no key %q", name)
			}
			was := in.Value()
			if changed := in.Key(k); changed != (in.Value() != was) {
				t.Errorf("%q, %s: says changed: %v", c.text, name, changed)
			}
		}
		before, after := in.halves()
		if got := before + "│" + after; got != c.want {
			t.Errorf("%q, %s: %q, want %q", c.text, c.keys, got, c.want)
		}
	}
}

func TestInputTakesPastedText(t *testing.T) {
	in := NewInput(style.PlainStyle(), "/", "")
	for typed, want := range map[string]string{
		"home":                    "home", // letters that came at once are no key
		"a\r\nb\n":                "a  b",
		"\x1b[31mred\x1b[0m\n":    "red",
		strings.Repeat("x", 5000): strings.Repeat("x", longestInput),
	} {
		in.SetValue("")
		if !in.Key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(typed), Paste: true}) || in.Value() != want {
			t.Errorf("%.20q became %.40q", typed, in.Value())
		}
	}
}

func TestInputShowsItsCursor(t *testing.T) {
	in := NewInput(style.PlainStyle(), "/", "a filter")
	equal(t, in.Render(20), "/a filter")
	in.Focus()
	equal(t, in.Render(20), "/│a filter")
	in.SetValue("state:behind and more than fits")
	equal(t, in.Render(12), "/ than fits│")
	for range 40 {
		got := in.Render(12)
		if !strings.Contains(got, "│") || term.Width(got) != 12 {
			t.Errorf("no cursor in %q", got)
		}
		in.Key(keys["left"])
	}
	equal(t, in.Render(12), "/│state:beh…")
	in.Blur()
	equal(t, in.Render(12), "/state:behi…")
	if in.Focused() {
		t.Error("focused")
	}
}
