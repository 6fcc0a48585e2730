package ui

import (
	"fmt"
	"slices"
	"strings"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/widget"
	"assay/ui/word"
)

// The smallest screen, and how many lines of it are not the view's.
const (
	leastWidth, leastHeight = 60, 12
	frameLines              = 4
)

// draw makes the frame: header, breadcrumb, the view, the message or the
// views' numbers, and the keys that work here.
func (m *Model) draw() string {
	if m.w == 0 || m.h == 0 {
		return ""
	}
	if m.w < leastWidth || m.h < leastHeight {
		return m.tooSmall()
	}
	body := m.at.top().Render(m.w, m.h-frameLines) // first: its note says what part of it is shown
	lines := []string{
		widget.DrawAs(m.opts.Style, style.Bar, m.header(), m.w),
		m.crumbLine(),
		body,
		m.messageLine(),
		widget.Draw(m.opts.Style, m.statusLine(), m.w),
	}
	frame := strings.Join(lines, "\n")
	if m.dialog != nil {
		frame = m.overlay(frame)
	}
	return frame
}

func (m *Model) tooSmall() string {
	text := []widget.Line{
		{widget.P(fmt.Sprintf("%d x %d is too small:", m.w, m.h))},
		{widget.P(fmt.Sprintf("assay needs %d x %d.", leastWidth, leastHeight))},
		{widget.R(style.Muted, m.keys.Label(action.Quit)+" leaves")},
	}
	return widget.Block(m.opts.Style, text, m.w, m.h)
}

// crumbLine is where the operator is, and what the view notes. Where there is
// no room for all of the way, its end is shown.
func (m *Model) crumbLine() string {
	st := m.opts.Style
	note := term.Clean(m.at.top().Note())
	between := " " + st.Glyphs.Link + " "
	crumbs := " " + term.Clean(m.at.path().crumbs(between))
	room := m.w - term.Width(note) - 2
	if over := term.Width(crumbs) - room; over > 0 && room > 10 {
		crumbs = " " + st.Glyphs.Ellipsis + term.Skip(crumbs, over+2)
	}
	return widget.Draw(st, widget.Line{widget.R(style.Accent, crumbs)}, max(room, 0)) +
		widget.Draw(st, widget.Line{widget.R(style.Muted, " "+note+" ")}, min(m.w, term.Width(note)+2))
}

// messageLine is the last message, or the numbers of the views.
func (m *Model) messageLine() string {
	st := m.opts.Style
	if t := m.messages.toast(); t != nil {
		glyph := map[style.Role]string{style.Fail: st.Glyphs.Fail, style.Warn: st.Glyphs.Warn, style.OK: st.Glyphs.OK}[t.Level]
		l := widget.Line{widget.R(t.Level, " "+strings.TrimSpace(glyph+" "+t.Text))}
		if t.Level == style.Fail || t.More != "" {
			more := "   " + m.keys.Label(action.Messages) + " all of it "
			l[0].Text = term.Cut(term.Clean(l[0].Text), max(m.w-len(more), 10), st.Glyphs.Ellipsis)
			l = append(l, widget.R(style.Muted, more))
		}
		return widget.Draw(st, l, m.w)
	}
	unseen := ""
	if n := m.messages.unseen; n > 0 {
		unseen = m.keys.Label(action.Messages) + " " + word.Count(n, "error") + " "
	}
	l := widget.Line{widget.P(" ")}
	for _, t := range tops {
		a, _ := m.keys.Action(t.id)
		role := style.Muted
		if m.at.path()[0].Link().Place == t.place {
			role = style.Strong
		}
		l = append(l, widget.R(style.Key, m.keys.Label(t.id)), widget.R(role, " "+a.Short+"  "))
	}
	wide := min(term.Width(unseen), m.w)
	return widget.Draw(st, l, m.w-wide) + widget.Draw(st, widget.Line{widget.R(style.Fail, unseen)}, wide)
}

// statusLine is the keys that work here, the most useful first. What does
// nothing at the moment is left to the help, which says why.
func (m *Model) statusLine() widget.Line {
	if m.dialog != nil {
		return nil // its box says what works in it
	}
	chain := action.Chain(m.scope())
	var shown []action.Action
	for _, a := range m.keys.In(chain) {
		if a.Line > 0 && len(a.Keys) > 0 && m.disabled(a) == "" {
			shown = append(shown, a)
		}
	}
	slices.SortStableFunc(shown, func(a, b action.Action) int { return a.Line - b.Line })
	// What leads everywhere is at the right, and always there.
	fixed := slices.IndexFunc(shown, func(a action.Action) bool { return a.Line >= 90 })
	if fixed < 0 {
		fixed = len(shown)
	}
	end := hints(shown[fixed:])
	room := m.w - term.Width(end.Text()) - 1
	var l widget.Line
	used := 0
	for _, a := range shown[:fixed] {
		h := hints([]action.Action{a})
		if used+term.Width(h.Text()) > room {
			break
		}
		used += term.Width(h.Text())
		l = append(l, h...)
	}
	l = append(l, widget.P(strings.Repeat(" ", max(room-used, 0)+1)))
	return append(l, end...)
}

func hints(actions []action.Action) widget.Line {
	var l widget.Line
	for _, a := range actions {
		l = append(l, widget.R(style.Key, " "+a.Keys[0]), widget.R(style.Muted, " "+a.Short+" "))
	}
	return l
}
