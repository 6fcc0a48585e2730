package style

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// Theme chooses among the ways to use the terminal's colours.
type Theme string

// The themes.
const (
	Default     Theme = "default"      // for the background that Options name, or for any
	Dark        Theme = "dark"         // for dark backgrounds
	Light       Theme = "light"        // for light backgrounds
	ColourBlind Theme = "colour-blind" // without red and green; for any background
)

// Themes returns the themes, the default first.
func Themes() []Theme { return []Theme{Default, Dark, Light, ColourBlind} }

// Background says what the terminal's background is like.
type Background uint8

// The backgrounds. Of an unknown one nothing is expected.
const (
	AnyBackground Background = iota
	DarkBackground
	LightBackground
)

// A look is what a role is painted with; the zero one leaves text as it is.
// Bright colours are not among the colours: in several well-known palettes
// they are shades of the background.
type look = lipgloss.Style

const (
	red     = lipgloss.Color("1")
	green   = lipgloss.Color("2")
	yellow  = lipgloss.Color("3")
	blue    = lipgloss.Color("4")
	magenta = lipgloss.Color("5")
	cyan    = lipgloss.Color("6")
)

// hues are what the themes differ in.
type hues struct {
	ok, warn, fail look
	added, removed look
	accent         look // what leads somewhere, what goes on
}

// huesOf chooses the colours. Yellow cannot be read on most light palettes,
// nor blue on most dark ones, so each is used only where the background is
// known; a warning is magenta elsewhere, as compilers have it.
func huesOf(t Theme, b Background) hues {
	switch t {
	case Dark:
		b = DarkBackground
	case Light:
		b = LightBackground
	}
	accent, warn := in(cyan), in(magenta)
	switch b {
	case DarkBackground:
		warn = in(yellow)
	case LightBackground:
		accent = in(blue)
	}
	if t == ColourBlind {
		return hues{ok: accent, warn: warn, fail: in(magenta).Bold(true).Underline(true), added: accent, removed: warn.Bold(true), accent: accent}
	}
	return hues{ok: in(green), warn: warn.Bold(true), fail: in(red).Bold(true), added: in(green), removed: in(red), accent: accent}
}

// noHues is for NO_COLOR: what is bold, underlined or reversed has no colour.
func noHues() hues {
	p, bold := plain(), plain().Bold(true)
	return hues{ok: p, warn: bold, fail: bold.Underline(true), added: p, removed: p.Faint(true), accent: p}
}

// plain is the look of text as it is, for the sixteen colours whatever the
// process's own output is.
func plain() look {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.ANSI)
	return r.NewStyle()
}

func in(c lipgloss.Color) look { return plain().Foreground(c) }

// sequences returns what begins each role and what ends it, "" where nothing
// does.
func sequences(h hues) (pre, post [roles]string) {
	bold, faint, reverse := plain().Bold(true), plain().Faint(true), plain().Reverse(true)
	for r, l := range map[Role]look{
		Strong:   bold,
		Muted:    faint,
		Accent:   h.accent.Bold(true),
		Key:      bold,
		Link:     h.accent,
		OK:       h.ok,
		Warn:     h.warn,
		Fail:     h.fail,
		Busy:     h.accent.Bold(true),
		Unknown:  bold,
		Added:    h.added,
		Removed:  h.removed,
		Match:    bold.Underline(true),
		Heading:  bold,
		Selected: reverse,
		Marked:   bold,
		Bar:      reverse,
		Border:   faint,
		Struck:   plain().Faint(true).Strikethrough(true),
	} {
		pre[r], post[r], _ = strings.Cut(l.Render("x"), "x")
	}
	return pre, post
}
