package machines

import (
	"errors"
	"fmt"
	"strings"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
)

// Render draws the summary, the table and, while there is one, the filter.
func (v *View) Render(w, h int) string {
	v.sync()
	if w <= 0 || h <= 0 {
		return widget.Fit(nil, w, max(h, 0))
	}
	below := v.below(w)
	below = below[max(len(below)-h, 0):]
	above := v.above(w)
	above = above[:min(len(above), max(h-len(below)-2, 0))]
	rest := h - len(above) - len(below)
	v.drawn.w, v.drawn.h = w, h
	v.drawn.table, v.drawn.lines, v.drawn.input = len(above), rest, -1
	if len(below) > 0 {
		v.drawn.input = h - 1
	}
	if len(v.content.rows) == 0 {
		v.table.Empty = v.nothing(w)
	}
	blocks := above
	if rest > 0 {
		blocks = append(blocks, v.table.Render(w, rest))
	}
	return strings.Join(append(blocks, below...), "\n")
}

// above are the lines over the table: the summary, and why nobody is asked.
func (v *View) above(w int) []string {
	lines := []string{v.summary(w)}
	if reason := v.env.Known.NoHosts; reason != "" {
		folded := view.Fold("No host is asked. "+sentence(reason), w)
		if len(folded) > 2 { // the second is cut
			folded = []string{folded[0], strings.Join(folded[1:], " ")}
		}
		for _, text := range folded {
			lines = append(lines, widget.Draw(v.env.Style, widget.Line{widget.R(style.Muted, text)}, w))
		}
	}
	return lines
}

// below is the line of the filter with what came of it at its right, or above
// it where both have no room.
func (v *View) below(w int) []string {
	value := v.input.Value()
	if !v.input.Shown() {
		return nil
	}
	message := v.message(value)
	if message.Text == "" {
		return []string{v.input.Render(w)}
	}
	wide, typed := width(message), term.Width(term.Clean(value))+4
	if typed+2+wide <= w {
		return []string{v.input.Render(w-wide-1) + " " + widget.Draw(v.env.Style, widget.Line{message}, wide)}
	}
	var lines []string
	for _, text := range view.Fold(message.Text, w) {
		lines = append(lines, widget.Draw(v.env.Style, widget.Line{widget.R(message.Role, text)}, w))
	}
	return append(lines[:min(len(lines), 3)], v.input.Render(w))
}

// message is what came of what is typed: what is wrong with it, what it may
// become, or how many machines it found.
func (v *View) message(value string) widget.Span {
	if words := v.complete.offers(value); words != nil && v.input.Focused() {
		return widget.R(style.Muted, some(words))
	}
	if err := v.filter.err; err != nil {
		text := fmt.Sprintf("column %d: expected %s, found %s", err.Column, err.Expected, err.Found)
		if err.Hint != "" {
			text += "; " + err.Hint
		}
		return widget.R(style.Fail, text)
	}
	if value == "" {
		return widget.Span{} // the placeholder says what may be typed
	}
	text := v.counts()
	if v.waiting() != "" {
		text += "; not all is read yet"
	}
	if note := v.content.found.note; note != "" {
		text += "; " + note
	}
	return widget.R(style.Muted, text)
}

// some names the first words of many.
func some(words []string) string {
	const most = 12
	if len(words) <= most {
		return strings.Join(words, "  ")
	}
	return fmt.Sprintf("%s  and %d more", strings.Join(words[:most], "  "), len(words)-most)
}

// nothing is what the table shows without rows: why, and which key helps.
func (v *View) nothing(w int) []widget.Line {
	lines := []widget.Line{{}}
	add := func(role style.Role, text string) {
		if text == "" {
			return
		}
		for _, line := range view.Fold(text, w-4) {
			lines = append(lines, widget.Line{widget.P("  "), widget.R(role, line)})
		}
	}
	text, hint := v.reason()
	add(style.Plain, text)
	if waiting := v.waiting(); waiting != "" && v.filter.err == nil {
		role := style.Busy
		if v.env.Known.Subjects.Err != nil {
			role = style.Fail
		}
		add(role, waiting)
	}
	add(style.Muted, hint)
	return lines
}

// reason says why there are no rows, and what helps.
func (v *View) reason() (text, hint string) {
	back := v.env.Key(action.Back)
	esc := back
	if v.input.Focused() {
		esc = v.env.Key(action.InputEsc)
	}
	switch found := &v.content.found; {
	case len(v.env.Known.Fleet.Machines) == 0 && v.env.Known.Adopted:
		return "No machine is seen in this flake's files.",
			"Machines are members of nixosConfigurations and darwinConfigurations, or of a clan inventory. " +
				v.env.Key(action.ToChecks) + " shows what could not be read."
	case len(v.env.Known.Fleet.Machines) == 0:
		return "The fleet has no machines.",
			"A machine is a table in fleet.toml: [machines.NAME] with system, aspects and home."
	case v.filter.err != nil: // its line says what is wrong
		return "", esc + " clears the filter."
	case found.why != nil:
		return v.whyNothing(), esc + " clears the filter."
	case !v.filter.empty():
		return fmt.Sprintf("None of the machines that the filter finds is %s.", v.state),
			fmt.Sprintf("%s clears the filter, then %s shows every state.", esc, back)
	}
	return fmt.Sprintf("No machine is %s.", v.state), back + " shows every state."
}

// whyNothing says why the filter finds nothing: above all, what nobody knows
// yet.
func (v *View) whyNothing() string {
	found, k := &v.content.found, v.env.Known
	none := errors.As(found.why, new(*fleet.EmptyError)) && found.unknown > 0 && v.filter.selector.NeedsFacts()
	switch {
	case !none:
	case k.NoHosts != "":
		return fmt.Sprintf("No host is asked: %d unknown.", found.unknown)
	case v.content.asked.never > 0:
		return fmt.Sprintf("The hosts have not answered yet: %d unknown.", found.unknown)
	}
	return sentence(found.why.Error())
}

// waiting says what the filter's answer waits for.
func (v *View) waiting() string {
	subjects := &v.env.Known.Subjects
	switch {
	case !v.filter.needsSubjects() || subjects.Has():
		return ""
	case subjects.Err != nil:
		return "What machines are composed of could not be read: " + subjects.Err.Error()
	}
	return "Reading what the machines are composed of."
}

// sentence makes a sentence of an error's text.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}
