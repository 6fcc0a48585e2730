package run

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/run/state"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

const (
	errorLines = 3   // of the run's own error; the messages have all
	countLines = 2   // of the counts while the run goes on,
	countsWide = 130 // unless all of them fit into one of so many columns
)

// totals are what a picture comes to.
type totals struct {
	unmeasured int // machines that may still copy, and did not say how much
}

func total(s *state.Snapshot) (t totals) {
	for i := range s.Machines {
		if m := &s.Machines[i]; m.Result == nil && m.Total == 0 {
			t.unmeasured++
		}
	}
	return t
}

// head is what stays above the table. While the run goes on it has the same
// lines whatever there is to say, so that rows stay where they are.
func (v *View) head(w int) []widget.Line {
	r := v.run()
	counts := v.counts(w)
	last := []widget.Line{v.bytes(w), v.stopping(r)}
	last = slices.DeleteFunc(last, func(l widget.Line) bool { return l == nil })
	if v.stood == goesOn {
		for len(counts) < countLines && w < countsWide {
			counts = append(counts, widget.Line{})
		}
		if len(last) == 0 {
			last = append(last, widget.Line{widget.R(style.Muted, "nothing copied yet")})
		}
		last = last[len(last)-1:] // that it stops is more than how much is copied
	}
	lines := append([]widget.Line{v.whole()}, counts...)
	return append(append(lines, last...), v.doubts(r, w)...)
}

// whole says which run it is, whose, since when, and how it stands.
func (v *View) whole() widget.Line {
	s := &v.shot
	dot := " " + v.env.Style.Glyphs.Dot + " "
	text := dot + word.OrUnknown(word.RunVerb(s.Started)) + " of " + v.toChange()
	if f := v.env.Known.Fleet; s.Started.Fleet != "" && (f == nil || f.Name != s.Started.Fleet) {
		text += " of " + s.Started.Fleet
	}
	if s.Started.Operator != "" {
		text += " by " + s.Started.Operator
	}
	text += dot + v.started() + dot + word.Elapsed(v.now().Sub(s.Start))
	return widget.Line{v.standingSpan(), widget.P(text)}
}

// toChange counts the machines, and those that the plan changes where it is
// known and they are not all: "7 of 8 machines".
func (v *View) toChange() string {
	all := len(v.shot.Machines)
	if p := v.run().Plan; p != nil {
		if n := p.Count(plan.StatusChange); n > 0 && n < all {
			return fmt.Sprintf("%d of %s", n, word.Count(all, "machine"))
		}
	}
	return word.Count(all, "machine")
}

// started is when the run began, without the day where that is today.
func (v *View) started() string {
	now := v.env.Known.Now
	at := v.shot.Start.In(now.Location())
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return "started " + at.Format(time.TimeOnly)
	}
	return "started " + at.Format("2006-01-02 15:04")
}

// standingSpan says how the run stands, as a glyph and a word.
func (v *View) standingSpan() widget.Span {
	g := v.env.Style.Glyphs
	switch v.stood {
	case goesOn:
		return widget.R(style.Busy, view.Spin(v.env)+" going on")
	case elsewhere:
		return widget.R(style.Busy, g.Busy+" going on in another process")
	case torn:
		return widget.R(style.Unknown, g.Unknown+" no end")
	}
	outcome := v.shot.Finished.Outcome
	switch outcome {
	case event.RunDone:
		return widget.R(style.OK, g.OK+" "+string(outcome))
	case event.RunInterrupt:
		return widget.R(style.Warn, g.Warn+" "+word.RunOutcome(outcome))
	}
	return widget.R(style.Fail, g.Fail+" "+string(outcome))
}

// counts says how many machines came out how, and what is done with the
// others: on as many lines as that takes.
func (v *View) counts(w int) []widget.Line {
	var lines []widget.Line
	left := 0
	add := func(n int, s widget.Span) {
		if n == 0 {
			return
		}
		glyph, text, _ := strings.Cut(s.Text, " ")
		s.Text = fmt.Sprintf("%s %d %s", glyph, n, text)
		wide := term.Width(term.Clean(s.Text))
		if len(lines) == 0 || left < wide+2 {
			lines = append(lines, widget.Line{s})
			left = w - wide
			return
		}
		last := &lines[len(lines)-1]
		*last = append(*last, widget.P("  "), s)
		left -= wide + 2
	}
	for _, o := range event.Outcomes() {
		add(v.shot.Outcomes[o], v.stateSpan(&state.Machine{Result: &event.HostResult{Outcome: o}}))
	}
	for _, p := range event.Phases() {
		if p != event.Done && p != event.Waiting {
			add(v.shot.Phases[p], v.stateSpan(&state.Machine{Phase: p}))
		}
	}
	add(v.shot.Phases[event.Waiting], v.stateSpan(&state.Machine{Phase: event.Waiting}))
	return lines
}

// bytes says how much was copied, of how much where that is known.
func (v *View) bytes(w int) widget.Line {
	done, all := v.shot.Done, v.allBytes()
	switch {
	case done <= 0 && all <= 0:
		return nil
	case v.stood != goesOn || all <= 0:
		return widget.Line{widget.R(style.Muted, "copied "), widget.P(word.Size(done))}
	}
	const text = "copied 100.0 kB of 100.0 kB 100% "
	wide := min(w-len(text), 40)
	bar := ""
	if wide >= 8 {
		full := min(int(float64(done)/float64(all)*float64(wide)), wide)
		bar = "  " + strings.Repeat(v.env.Style.Glyphs.Full, full) + strings.Repeat(v.env.Style.Glyphs.Empty, wide-full)
	}
	return widget.Line{
		widget.R(style.Muted, "copied "), widget.P(word.Size(done)), widget.R(style.Muted, " of "),
		widget.P(word.Size(all) + "  " + percent(done, all)), widget.R(style.Busy, bar),
	}
}

// allBytes is how much there is to copy altogether, 0 while nobody knows: what
// the plan says, or the machines themselves once all have said it.
func (v *View) allBytes() int64 {
	if v.sum.unmeasured == 0 {
		return v.shot.Total
	}
	r := v.run()
	if r.Plan == nil {
		return 0
	}
	return max(planBytes(r.Plan), v.shot.Total, v.shot.Done)
}

func planBytes(p *plan.Plan) int64 { return p.Size().Bytes }

// stopping says that somebody asked the run to stop, and how far that is.
func (v *View) stopping(r *known.Run) widget.Line {
	asked := r.Stopping
	if n := len(v.shot.Interrupted); n > 0 {
		asked = max(asked, 1)
		if v.shot.Interrupted[n-1].Abandon {
			asked = 2
		}
	}
	g := v.env.Style.Glyphs
	switch {
	case asked == 0:
		return nil
	case v.stood == goesOn && asked == 1:
		return widget.Line{
			widget.R(style.Warn, g.Warn+" stopping: what runs is finished, nothing new starts; "),
			widget.R(style.Key, v.env.Key(action.Stop)), widget.R(style.Warn, " again abandons"),
		}
	case v.stood == goesOn:
		return widget.Line{widget.R(style.Fail, g.Fail+" abandoning: what runs is given up where it is")}
	}
	return v.cancelled(asked == 2)
}

// doubts say what is wrong with the run itself, or with its record.
func (v *View) doubts(r *known.Run, w int) []widget.Line {
	g := v.env.Style.Glyphs
	var lines []widget.Line
	add := func(role style.Role, glyph, text string) {
		lines = append(lines, widget.Line{widget.R(role, glyph+" "+text)})
	}
	if r.Err != nil {
		folded := view.Fold(r.Err.Error(), max(w-2, 8))
		for _, l := range folded[:min(len(folded), errorLines)] {
			add(style.Fail, g.Fail, l)
		}
	}
	switch {
	case v.stood == torn && r.Mine:
		add(style.Unknown, g.Unknown, "the run ended without saying how; hosts may be half-way")
	case v.stood == torn:
		add(style.Unknown, g.Unknown, "the record is torn: it ends without an end; hosts may be half-way")
	case v.stood == elsewhere:
		add(style.Busy, g.Busy, "another process works on it; this is its record as of "+word.Age(v.env.Known.Now.Sub(v.shot.Time))+" ago")
	}
	if r.Broken > 0 {
		add(style.Warn, g.Warn, word.Count(r.Broken, "line")+" of the record cannot be read")
	}
	if n := v.shot.Missed; n > 0 {
		add(style.Warn, g.Warn, word.Count(int(n), "event")+" missing in the record")
	}
	if n := v.shot.Unknown; n > 0 {
		add(style.Warn, g.Warn, word.Count(n, "event")+" of a kind that this version does not know")
	}
	return lines
}
