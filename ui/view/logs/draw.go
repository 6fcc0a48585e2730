package logs

import (
	"fmt"
	"strings"
	"time"

	"assay/fleet/run/state"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/widget"
)

// Render draws the log: what there is to say about it, its lines, how it
// stands, and the line to type on.
func (v *View) Render(w, h int) string {
	l := v.logs()
	v.begin(l)
	v.sums = sum(l)
	foot := min(v.footHeight(), max(h-1, 0))
	head := v.troubles()
	head = head[:min(len(head), max(h-foot-1, 0)/2)]
	room := h - foot - len(head)
	body := v.body(l, w, room)
	if room > 2 && v.sums.dropped > 0 && v.atBegin(l) {
		page := v.page
		if shorter := v.body(l, w, room-1); v.atBegin(l) {
			head, body = append(head, v.onDisk()), shorter
		} else { // the cursor is at the end of the screen: there is no room
			v.page, v.h = page, room
			v.top, v.above = page.top()
		}
	}
	v.head = len(head)
	out := make([]string, 0, h)
	for _, line := range head {
		out = append(out, widget.Draw(v.env.Style, line, w))
	}
	out = append(out, body...)
	blank := strings.Repeat(" ", max(w, 0))
	for len(out) < h-foot {
		out = append(out, blank)
	}
	if v.live() {
		v.search.tally(l, eachFrame)
	} else {
		v.search.tally(l, eachPause)
	}
	return widget.Fit(append(out, v.foot(l, w, foot)...), w, h)
}

// body draws the lines, or says why there are none.
func (v *View) body(l *state.Logs, w, h int) []string {
	if v.sums.kept == 0 {
		v.page, v.last = page{}, 0
		return v.nothing(w, h)
	}
	shot := v.picture().State.Snapshot()
	wide := v.nameWidth(shot.Machines)
	before := gutter + v.timeWidth()
	if wide > 0 {
		before += wide + 1
	}
	v.see(l, max(w-before, 1), h)
	out := make([]string, 0, h)
	for i, r := range v.page.rows {
		first := i == 0 || v.page.rows[i-1].line != r.line
		out = append(out, v.drawRow(r, first, shot.Start, wide, before, w))
	}
	return out
}

// gutter is the cursor, the mark of a level and a space.
const gutter = 3

func (v *View) drawRow(r row, first bool, start time.Time, wide, before, w int) string {
	st := v.env.Style
	line := &v.page.lines[r.line]
	here := !v.follow && line.Seq == v.cursor
	var spans widget.Line
	cursor := " "
	if here && first {
		cursor = st.Glyphs.Cursor
	}
	spans = append(spans, widget.P(cursor))
	if first {
		spans = append(spans, v.prefix(line, start, wide)...)
	} else {
		spans = append(spans, widget.P(strings.Repeat(" ", before-1)))
	}
	spans = append(spans, v.text(r.text, levelRole(line.Level))...)
	if here {
		return widget.DrawAs(st, style.Selected, spans, w)
	}
	return widget.Draw(st, spans, w)
}

func levelRole(l state.Level) style.Role {
	switch l {
	case state.Error:
		return style.Fail
	case state.Warning:
		return style.Warn
	}
	return style.Plain
}

// prefix is what stands before a line's text: the mark of its level, its time
// and its machine.
func (v *View) prefix(line *state.Line, start time.Time, wide int) widget.Line {
	st := v.env.Style
	mark := widget.P("  ")
	switch line.Level {
	case state.Error:
		mark = widget.R(style.Fail, st.Glyphs.Fail+" ")
	case state.Warning:
		mark = widget.R(style.Warn, st.Glyphs.Warn+" ")
	}
	spans := widget.Line{mark}
	switch v.times {
	case ofDay:
		spans = append(spans, widget.R(style.Muted, line.Time.In(v.env.Known.Now.Location()).Format(time.TimeOnly)+" "))
	case sinceStart:
		spans = append(spans, widget.R(style.Muted, since(line.Time.Sub(start))+" "))
	}
	if wide > 0 {
		spans = append(spans, widget.R(style.Link, widget.Pad(term.Cut(term.Clean(line.Machine), wide, st.Glyphs.Ellipsis), wide)+" "))
	}
	return spans
}

// timeWidth is how many columns a time takes, with the space after it.
func (v *View) timeWidth() int {
	if v.times == noTimes {
		return 0
	}
	return len(time.TimeOnly) + 1
}

// since says how long after the run's start something came, in the width of a
// time of day: "+0:01:05".
func since(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	if s >= 100*3600 {
		return "+100h.. "
	}
	text := fmt.Sprintf("+%d:%02d:%02d", s/3600, s/60%60, s%60)
	return text[max(len(text)-8, 0):]
}

// text is a row's text in its role, with what the search found in its own.
func (v *View) text(text string, role style.Role) widget.Line {
	var spans widget.Line
	at := 0
	for _, found := range v.search.needle.In(text) {
		if found[0] > at {
			spans = append(spans, widget.R(role, text[at:found[0]]))
		}
		spans = append(spans, widget.R(style.Match, text[found[0]:found[1]]))
		at = found[1]
	}
	return append(spans, widget.R(role, text[at:]))
}

// footHeight is how many lines the foot would like.
func (v *View) footHeight() (n int) {
	if v.sums.all > 0 {
		n++
	}
	if v.input.Shown() {
		n++
	}
	return n
}

// foot is how the log stands, and the line to type on: the last n lines.
func (v *View) foot(l *state.Logs, w, n int) []string {
	var out []string
	if v.sums.all > 0 {
		out = append(out, v.bar(l, w))
	}
	if v.input.Shown() {
		out = append(out, v.typeLine(w))
	}
	return out[len(out)-n:]
}

func (v *View) typeLine(w int) string {
	words := ""
	if v.search.on() {
		words = "  " + v.search.words() + " "
	}
	room := max(w-term.Width(words), min(w, 20))
	return v.input.Render(room) + widget.Draw(v.env.Style, widget.Line{widget.R(style.Muted, words)}, w-room)
}
