package view

import (
	"strings"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/session"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/widget"
	"assay/ui/word"
)

// StateWord is a machine's state in one word: that of its last answer,
// "asking" before the first one comes, "not asked" where nobody asks.
func StateWord(h *known.Host) string {
	switch {
	case !h.Asked.IsZero():
		return word.State(h.Status)
	case h.Busy:
		return "asking"
	}
	return "not asked"
}

// StateSpan is a machine's state as a glyph and a word.
func StateSpan(st *style.Style, h *known.Host) widget.Span {
	word := StateWord(h)
	role, glyph := stateLook(st, session.State(word))
	return widget.R(role, glyph+" "+word)
}

func stateLook(st *style.Style, s session.State) (style.Role, string) {
	g := st.Glyphs
	switch s {
	case session.StateUnreachable, session.StateBroken, session.StateDamaged:
		return style.Fail, g.Fail
	case session.StateBehind, session.StateStaged, session.StateEmpty:
		return style.Warn, g.Warn
	case session.StateCurrent:
		return style.OK, g.OK
	case "asking":
		return style.Busy, g.Busy
	}
	return style.Unknown, g.Unknown
}

// OutcomeSpan is what became of a machine in a run, as a glyph and a word.
func OutcomeSpan(st *style.Style, run event.RunStarted, o event.Outcome) widget.Span {
	role, glyph := style.Fail, st.Glyphs.Fail
	switch {
	case o.Good():
		role, glyph = style.OK, st.Glyphs.OK
	case o == event.Skipped:
		role, glyph = style.Warn, st.Glyphs.Skip
	case o == event.Uncertain:
		role, glyph = style.Unknown, st.Glyphs.Unknown
	}
	return widget.R(role, glyph+" "+word.Outcome(run, o))
}

// Spin is the glyph of what goes on, as of now.
func Spin(env Env) string {
	const frame = 100 * time.Millisecond
	frames := env.Style.Glyphs.Spin
	if len(frames) < 2 {
		return env.Style.Glyphs.Busy
	}
	n := env.Known.Now.UnixNano() / int64(frame) % int64(len(frames))
	return frames[max(n, 0)]
}

// Loading is what a view shows of something that is not there yet: that it is
// being read, or why it cannot be and what to do.
func Loading[T any](l *known.Loaded[T], what string) []widget.Line {
	switch {
	case l.Err != nil:
		lines := []widget.Line{{widget.R(style.Fail, what+": not there")}}
		for line := range strings.SplitSeq(l.Err.Error(), "\n") {
			lines = append(lines, widget.Line{widget.P(line)})
		}
		return lines
	case l.Busy:
		return []widget.Line{{widget.R(style.Busy, "reading "+what)}}
	}
	return []widget.Line{{widget.R(style.Muted, what+": nobody has asked yet")}}
}
