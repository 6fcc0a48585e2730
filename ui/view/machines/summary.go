package machines

import (
	"fmt"
	"strings"

	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// drawn is where the last Render put what can be clicked.
type drawn struct {
	w, h  int
	table int    // the line of the table's header
	lines int    // of the table
	input int    // the line to type on, -1 there is none
	parts []part // of the summary
}

// part is a count in the summary that can be clicked.
type part struct {
	from, to int // columns
	state    string
}

// summary counts the machines that the filter lets through by their states,
// and says at the right how old all that is.
func (v *View) summary(w int) string {
	c := &v.content
	line := widget.Line{widget.R(style.Strong, v.shownMachines())}
	at := width(line[0])
	v.drawn.parts = v.drawn.parts[:0]
	add := func(s widget.Span) {
		line = append(line, s)
		at += width(s)
	}
	sep := ": "
	for rank, n := range c.counts {
		state := states[rank]
		if n == 0 && state != v.state {
			continue
		}
		add(widget.P(sep))
		sep = ", "
		from := at
		add(v.stateCount(state, n))
		v.drawn.parts = append(v.drawn.parts, part{from, at, state})
	}
	age := v.content.asked.say(v.env.Known)
	if at+2+len(age) > w {
		age = strings.TrimPrefix(age, "asked ")
	}
	if age != "" && at+2+len(age) <= w {
		add(widget.P(strings.Repeat(" ", w-at-len(age))))
		add(widget.R(style.Muted, age))
	}
	return widget.Draw(v.env.Style, line, w)
}

func width(s widget.Span) int { return term.Width(term.Clean(s.Text)) }

// shownMachines says how many machines the states are counted of.
func (v *View) shownMachines() string {
	all := len(v.env.Known.Fleet.Machines)
	if v.filter.empty() {
		return word.Count(all, "machine")
	}
	return fmt.Sprintf("%d of %s", len(v.content.found.places), word.Count(all, "machine"))
}

// stateCount is a part of the summary; the chosen state stands in brackets.
func (v *View) stateCount(state string, n int) widget.Span {
	text := fmt.Sprintf("%d %s", n, state)
	if state == v.state {
		text = "[" + text + "]"
	}
	return widget.R(v.stateRole(state), text)
}

// stateRole is the role that the table shows a state in.
func (v *View) stateRole(state string) style.Role {
	host := &known.Host{Busy: state == "asking"}
	if state != "asking" && state != "not asked" {
		host.State, host.Asked = session.State(state), v.env.Known.Now
	}
	return view.StateSpan(v.env.Style, host).Role
}

// stateChoice lets the operator choose the state to show.
func (v *View) stateChoice() view.Choose {
	total := len(v.content.found.places)
	items := []view.Item{{Text: "every state", Note: word.Count(total, "machine"), Now: v.state == ""}}
	for rank, n := range v.content.counts {
		if state := states[rank]; n > 0 || state == v.state {
			items = append(items, view.Item{Value: state, Text: state, Note: word.Count(n, "machine"), Now: state == v.state})
		}
	}
	return view.Choose{Title: "Show the machines that are", Items: items, Intent: action.StateOnly}
}
