package planned

import (
	"fmt"
	"strings"

	"assay/fleet/engine"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// progress says how far a plan is that is being made: what is done now, how
// long that takes already, and how much of it there is.
func (v *View) progress(p *known.Planning, w, h int) []widget.Line {
	hosts, what := "asked", "Each host is asked what it runs, and what it is to run is built here."
	if p.Goal == engine.GoalBuild && !p.Back {
		hosts, what = "ready", "What each machine is to run is built here; no host is asked."
	}
	title := view.Spin(v.env) + " " + v.phase(p)
	if !p.Begun.IsZero() {
		title += ", " + word.Elapsed(v.env.Known.Now.Sub(p.Begun))
	}
	lines := []widget.Line{{widget.R(style.Busy, title)}}
	if p.Builds > 0 {
		lines = append(lines, v.measure("built", p.Built, p.Builds, "derivation"))
	}
	lines = append(lines, v.measure(hosts, int64(p.Done), int64(p.Total), "machine"), widget.Line{})
	for _, l := range some(planVerb(p)+": ", p.Machines, w, progressLines) {
		lines = append(lines, widget.Line{widget.P(l)})
	}
	lines = append(lines, widget.Line{},
		widget.Line{widget.R(style.Muted, what)},
		widget.Line{widget.R(style.Muted, "Planning changes nothing. "+v.env.Key(action.Interrupt)+" stops it, "+v.env.Key(action.Back)+" goes back while it goes on.")})
	if p.Step != "" {
		lines = append(lines, widget.Line{}, widget.Line{widget.P(p.Step)})
	}
	if room := h - len(lines) - 1; len(p.Log) > 0 && room > 0 {
		lines = append(lines, widget.Line{})
		for _, l := range p.Log[max(len(p.Log)-room, 0):] {
			lines = append(lines, widget.Line{widget.R(style.Muted, l)})
		}
	}
	return lines
}

// phase is what is done now. Hosts are asked while others are being built for;
// what the engine said last holds until all is built.
func (v *View) phase(p *known.Planning) string {
	built := p.Builds > 0 && p.Built >= p.Builds
	switch {
	case p.Phase != "" && !built && p.Done == 0, p.Phase != "" && !built && p.Builds > 0:
		return p.Phase
	case p.Goal == engine.GoalBuild && !p.Back:
		return "building"
	}
	return "asking the hosts"
}

// measure is one line of progress: "built  ████░░  3 of 12 derivations".
func (v *View) measure(what string, done, total int64, thing string) widget.Line {
	return widget.Line{
		widget.R(style.Muted, fmt.Sprintf("%-7s", what)), v.bar(done, total),
		widget.P(fmt.Sprintf("  %d of %s", done, word.Count(int(total), thing))),
	}
}

// progressLines is how many lines the names of the machines take at most, so
// that what is below them can be seen.
const progressLines = 3

// some lists as many of the machines as so many lines have room for, and
// counts the others.
func some(before string, machines []string, w, lines int) []string {
	fit, wide := 0, 0
	for fit < len(machines) && wide < lines*w {
		wide += len(machines[fit]) + 2
		fit++
	}
	for ; ; fit-- {
		if out := view.Fold(before+word.Names(machines, fit), w); len(out) <= lines || fit <= 1 {
			return out[:min(len(out), lines)]
		}
	}
}

func (v *View) bar(done, total int64) widget.Span {
	const wide = 20
	if total <= 0 {
		return widget.P("")
	}
	full := int(min(max(done*wide/total, 0), wide))
	return widget.R(style.Busy, strings.Repeat(v.env.Style.Glyphs.Full, full)+strings.Repeat(v.env.Style.Glyphs.Empty, wide-full))
}
