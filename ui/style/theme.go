package style

import (
	"slices"

	"github.com/charmbracelet/x/ansi"
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

// look is the SGR attributes that a role is painted with; none is the text as
// it is.
type look []ansi.Attr

// and returns the look with more attributes.
func (l look) and(more ...ansi.Attr) look { return slices.Concat(l, more) }

// Attributes and the colours that the themes use. Bright colours are not
// among them: in several well-known palettes they are shades of the background.
const (
	bold      = ansi.AttrBold
	faint     = ansi.AttrFaint
	underline = ansi.AttrUnderline
	reverse   = ansi.AttrReverse
	red       = ansi.AttrRedForegroundColor
	green     = ansi.AttrGreenForegroundColor
	yellow    = ansi.AttrYellowForegroundColor
	blue      = ansi.AttrBlueForegroundColor
	magenta   = ansi.AttrMagentaForegroundColor
	cyan      = ansi.AttrCyanForegroundColor
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
	accent, warn := look{cyan}, look{magenta}
	switch b {
	case DarkBackground:
		warn = look{yellow}
	case LightBackground:
		accent = look{blue}
	}
	if t == ColourBlind {
		return hues{ok: accent, warn: warn, fail: look{magenta, bold, underline}, added: accent, removed: warn.and(bold), accent: accent}
	}
	return hues{ok: look{green}, warn: warn.and(bold), fail: look{red, bold}, added: look{green}, removed: look{red}, accent: accent}
}

// sequences returns what begins each role, "" where nothing does, and what
// ends any of them.
func sequences(t Theme, b Background) (pre [roles]string, post string) {
	h := huesOf(t, b)
	for r, l := range [roles]look{
		Strong:   {bold},
		Muted:    {faint},
		Accent:   h.accent.and(bold),
		Key:      {bold},
		Link:     h.accent,
		OK:       h.ok,
		Warn:     h.warn,
		Fail:     h.fail,
		Busy:     h.accent.and(bold),
		Unknown:  {bold},
		Added:    h.added,
		Removed:  h.removed,
		Match:    {bold, underline},
		Heading:  {bold},
		Selected: {reverse},
		Marked:   {bold},
		Bar:      {reverse},
		Border:   {faint},
	} {
		if len(l) > 0 {
			pre[r] = ansi.NewStyle(l...).String()
		}
	}
	return pre, ansi.ResetStyle
}
