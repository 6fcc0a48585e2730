package widget

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"assay/ui/style"
	"assay/ui/term"
)

// longestInput is how many bytes may be typed.
const longestInput = 1 << 10

// Input is a line that somebody types on: a filter, a search, a name. The
// console gives it the keys that are no actions of the scope Input.
type Input struct {
	st                  *style.Style
	prompt, placeholder string
	text                string
	at                  int // the cursor, in bytes, between two characters
	focused             bool
}

// NewInput returns an input with a prompt such as "/" and a placeholder that
// says what may be typed.
func NewInput(st *style.Style, prompt, placeholder string) *Input {
	return &Input{st: st, prompt: prompt, placeholder: placeholder}
}

// Focus begins typing.
func (i *Input) Focus() { i.focused = true }

// Blur ends typing; what is typed stays.
func (i *Input) Blur() { i.focused = false }

// Focused reports whether somebody is typing.
func (i *Input) Focused() bool { return i.focused }

// Value is what is typed.
func (i *Input) Value() string { return i.text }

// SetValue replaces what is typed, with the cursor at its end.
func (i *Input) SetValue(s string) {
	i.text, i.at = "", 0
	i.insert(s)
}

// Key edits the line and reports whether its text has changed. Pasted text is
// cleaned and is one line.
func (i *Input) Key(k tea.KeyMsg) (changed bool) {
	was := i.text
	if typed := string(k.Runes); k.Paste || k.Type == tea.KeyRunes && !k.Alt {
		i.insert(typed) // several at once, perhaps: "home" is no key here
		return i.text != was
	}
	switch k.String() {
	case "left", "ctrl+b":
		i.at = i.before()
	case "right", "ctrl+f":
		i.at = i.after()
	case "home", "ctrl+a":
		i.at = 0
	case "end", "ctrl+e":
		i.at = len(i.text)
	case "alt+b", "alt+left", "ctrl+left":
		i.at = i.wordBefore()
	case "alt+f", "alt+right", "ctrl+right":
		i.at = i.wordAfter()
	case "backspace", "ctrl+h":
		i.remove(i.before(), i.at)
	case "delete", "ctrl+d":
		i.remove(i.at, i.after())
	case "ctrl+w", "alt+backspace":
		i.remove(i.wordBefore(), i.at)
	case "alt+d", "alt+delete":
		i.remove(i.at, i.wordAfter())
	case "ctrl+u":
		i.remove(0, i.at)
	case "ctrl+k":
		i.remove(i.at, len(i.text))
	case " ":
		i.insert(" ")
	}
	return i.text != was
}

// insert puts text in at the cursor, as much of it as there is room for.
func (i *Input) insert(s string) {
	s = strings.ReplaceAll(strings.Trim(s, "\r\n"), "\r", "\n")
	s = term.Clean(s)
	if room := longestInput - len(i.text); len(s) > room {
		s = strings.ToValidUTF8(s[:room], "")
	}
	i.text = i.text[:i.at] + s + i.text[i.at:]
	i.at += len(s)
}

func (i *Input) remove(from, to int) {
	i.text = i.text[:from] + i.text[to:]
	i.at = from
}

// before and after are one character from the cursor.
func (i *Input) before() int {
	at := 0
	for at < i.at {
		c, _ := ansi.FirstGraphemeCluster(i.text[at:], ansi.WcWidth)
		if at+len(c) >= i.at {
			return at
		}
		at += max(len(c), 1)
	}
	return at
}

func (i *Input) after() int {
	c, _ := ansi.FirstGraphemeCluster(i.text[i.at:], ansi.WcWidth)
	return i.at + len(c)
}

// wordBefore is the beginning of the word before the cursor, wordAfter the end
// of the one after it.
func (i *Input) wordBefore() int {
	at := i.at
	for _, in := range []bool{false, true} {
		for at > 0 {
			r, size := utf8.DecodeLastRuneInString(i.text[:at])
			if unicode.IsSpace(r) == in {
				break
			}
			at -= size
		}
	}
	return at
}

func (i *Input) wordAfter() int {
	at := i.at
	for _, in := range []bool{false, true} {
		for at < len(i.text) {
			r, size := utf8.DecodeRuneInString(i.text[at:])
			if unicode.IsSpace(r) == in {
				break
			}
			at += size
		}
	}
	return at
}

// Render draws the line, w columns wide. The cursor is a bar between two
// characters, so that it is seen without colours; it does not blink.
func (i *Input) Render(w int) string {
	p := pen{st: i.st}
	p.begin(style.Plain, w)
	p.line(Line{R(style.Key, i.prompt)})
	bar := R(style.Selected, i.st.Glyphs.Vertical)
	switch {
	case i.text == "" && i.focused:
		p.line(Line{bar, R(style.Muted, i.placeholder)})
	case i.text == "":
		p.line(Line{R(style.Muted, i.placeholder)})
	case i.focused:
		before, after := i.text[:i.at], i.text[i.at:]
		wide := term.Width(before) + 1
		if after != "" {
			wide++ // for the ellipsis, which must not be where the bar is
		}
		p.skip = max(wide-p.left, 0)
		p.line(Line{P(before), bar, P(after)})
	default:
		p.line(Line{P(i.text)})
	}
	p.end()
	return string(p.out)
}
