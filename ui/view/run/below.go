package run

import (
	"strings"

	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/state"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

const (
	tableLeast = 5 // lines that the table keeps beside what to do
	belowLeast = 3
)

// below is what to do about what did not come out as asked, from the machine
// under the cursor on: as much as there is room for beside the table.
func (v *View) below(w, h int) []widget.Line {
	at, _ := v.table.Cursor()
	if at < 0 || h < tableLeast+belowLeast {
		return nil
	}
	room := min(max(h-len(v.rows.list)-1, h/2), h-tableLeast)
	keys := v.next(w)
	keys = keys[max(len(keys)-max(room-1, 0), 0):]
	lines, more := v.stories(v.rows.list[at:], w, room)
	if len(lines) == 0 && keys == nil {
		return nil
	}
	frame := 1 + len(keys)
	if len(lines) > max(room-frame, 0) {
		lines = lines[:max(room-frame, 0)]
		more++
	}
	if more > 0 && len(lines) > 1 {
		lines[len(lines)-1] = widget.Line{widget.R(style.Muted, "    "+v.env.Style.Glyphs.More+" there is more; it follows the cursor")}
	}
	out := append([]widget.Line{v.rule(w, len(lines) > 0)}, lines...)
	return append(out, keys...)
}

// stories are those of the first machine of a list, and, once the run is over,
// of those after it; and how many found no room.
func (v *View) stories(list []*state.Machine, w, room int) (lines []widget.Line, more int) {
	for i, m := range list {
		switch {
		case i > 0 && v.stood < over:
			return lines, 0
		case v.rank(m) >= rankGood:
		case len(lines) >= room:
			more++
		default:
			lines = append(lines, v.story(m, w)...)
		}
	}
	return lines, more
}

func (v *View) rule(w int, titled bool) widget.Line {
	title := ""
	if titled {
		title = " what to do "
	}
	rule := v.env.Style.Glyphs.Horizontal
	return widget.Line{widget.R(style.Border, rule), widget.R(style.Heading, title), widget.R(style.Border, strings.Repeat(rule, max(w-len(title)-1, 0)))}
}

// next are the keys for what comes next, once the run is over, and why the
// rest cannot be planned from here.
func (v *View) next(w int) []widget.Line {
	if v.stood < over {
		return nil
	}
	var lines []widget.Line
	var l widget.Line
	add := func(id action.ID, what string) {
		if len(l) > 0 {
			l = append(l, widget.P("  "))
		}
		l = append(l, widget.R(style.Key, v.env.Key(id)), widget.P(" "+what))
	}
	switch why := v.noRetry(); {
	case why == "":
		add(action.Retry, "plans the rest: "+word.Count(len(v.again()), "machine"))
	case v.rest.all > 0:
		for _, text := range view.Fold("The rest cannot be planned: "+why, w) {
			lines = append(lines, widget.Line{widget.R(style.Muted, text)})
		}
	}
	if v.noWayBack() == "" {
		add(action.PlanBack, v.wayBack())
	}
	if _, name := v.table.Cursor(); name != "" && term.Width(l.Text()+"  enter logs of "+name+"  L all logs") <= w {
		add(action.Enter, "logs of "+name)
	}
	add(action.LogsOf, "all logs")
	return append(lines, l)
}

// story says of a machine that did not come out as asked why, what to do, and
// where it stands.
func (v *View) story(m *state.Machine, w int) []widget.Line {
	state := v.stateSpan(m)
	head := m.Name + ": "
	var lines []widget.Line
	for i, l := range view.Fold(head+v.why(m), max(w-2, 8)) {
		glyph := "  "
		if i == 0 {
			glyph, _, _ = strings.Cut(state.Text, " ")
			glyph += " "
		}
		lines = append(lines, widget.Line{widget.R(state.Role, glyph), widget.P(l)})
	}
	add := func(role style.Role, text string) {
		for _, l := range view.Fold(text, max(w-4, 8)) {
			lines = append(lines, widget.Line{widget.P("    "), widget.R(role, l)})
		}
	}
	if m.Result != nil && m.Result.Identity {
		add(style.Fail, "its identity could not be verified: somebody else may answer in its place; do not work around it")
	}
	if hint := v.advice(m); hint != "" {
		add(style.Plain, "hint: "+hint)
	}
	add(style.Muted, v.whereabouts(m))
	return lines
}

// advice is what to do about a machine: what the run said, or what follows
// from how it came out.
func (v *View) advice(m *state.Machine) string {
	rest := "plan the rest"
	if v.stood >= over && v.noRetry() != "" {
		rest = "plan it from the machines"
	}
	if m.Result == nil {
		return "ask the machine what it runs, and " + rest
	}
	if m.Result.Hint != "" && !strings.Contains(m.Result.Reason, "; hint: ") || m.Result.Identity {
		return m.Result.Hint
	}
	if _, hint := word.Advice(m.Result.Reason); hint != "" {
		return hint
	}
	switch m.Result.Outcome {
	case event.Unreachable:
		return "see whether it is up and the network leads to it, then " + rest
	case event.RolledBack:
		return "its logs may say what went wrong; repair that, and " + rest
	case event.Skipped, event.Refused:
		if strings.Contains(m.Result.Reason, engine.ErrBusy.Error()) {
			return "wait until that is over, and " + rest
		}
		return rest
	}
	return "its logs may say more"
}

// why is how a machine came out, and the reason.
func (v *View) why(m *state.Machine) string {
	if m.Result == nil {
		if m.Phase == event.Waiting {
			return "its turn never came, as far as the record goes"
		}
		return "the record ends while it was " + string(m.Phase)
	}
	text := word.Outcome(v.shot.Started, m.Result.Outcome)
	if m.Result.Reason != "" {
		reason, _ := word.Advice(m.Result.Reason)
		text += ": " + word.Terse(m.Name, reason)
	}
	return text
}

// whereabouts is where the host stands, as last read from it.
func (v *View) whereabouts(m *state.Machine) string {
	r := m.Result
	switch {
	case r == nil:
		return "what it runs is not known; the machine's view asks it"
	case r.Current == "" && (r.Outcome == event.Skipped || r.Outcome == event.Unreachable || r.Outcome == event.Refused):
		return "this run changed nothing on it"
	case r.Current == "":
		return "what it runs is not known; the machine's view asks it"
	}
	text := "it runs " + word.Path(r.Current)
	switch r.Current {
	case r.To:
		text += ", what was wanted"
	case r.From:
		text += ", its former system"
	}
	switch {
	case r.Profile == "":
		text += "; what it boots next is not known"
	case r.Profile == r.Current:
		text += ", and boots it" + word.Generation(r.Generation)
	case r.Profile == r.To:
		text += "; it boots " + word.Path(r.Profile) + ", what was wanted" + word.Generation(r.Generation)
	default:
		text += "; it boots " + word.Path(r.Profile) + word.Generation(r.Generation)
	}
	return text
}
