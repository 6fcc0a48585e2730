package logs

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet/run/state"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// Note says what is shown of the log.
func (v *View) Note() string {
	if !v.sums.known { // nothing was drawn since the operator did something
		v.sums = sum(v.logs())
	}
	if !v.sums.known {
		return ""
	}
	var parts []string
	if words := v.levelWords(); words != "" {
		parts = append(parts, words)
	}
	parts = append(parts, count(v.sums.kept, "line"))
	if n := v.sums.dropped; n > 0 {
		parts = append(parts, number(n)+" on disk only")
	}
	return strings.Join(parts, " "+v.env.Style.Glyphs.Dot+" ")
}

// troubles says what is wrong with the record.
func (v *View) troubles() (out []widget.Line) {
	r := v.picture()
	if r == nil || v.sums.kept == 0 {
		return nil
	}
	if r.Err != nil {
		text := r.Err.Error()
		if !r.Mine {
			text = "the record could not be read to its end: " + text
		}
		out = append(out, widget.Line{widget.R(style.Fail, v.env.Style.Glyphs.Fail+" "+text)})
	}
	if r.Broken > 0 {
		out = append(out, widget.Line{widget.R(style.Warn, v.env.Style.Glyphs.Warn+" "+count(r.Broken, "line")+" of the record could not be read")})
	}
	return out
}

// onDisk says that the log does not begin where the kept lines do.
func (v *View) onDisk() widget.Line {
	line := widget.Line{widget.R(style.Muted, v.env.Style.Glyphs.Up+" "+earlier(v.sums.dropped)+" on disk only: ")}
	return append(line, widget.Hint(v.env.Key(action.SaveLog), "writes all of them into a file")...)
}

func earlier(n int) string {
	if n == 1 {
		return "1 earlier line is"
	}
	return number(n) + " earlier lines are"
}

// atBegin reports whether the screen shows the first kept line.
func (v *View) atBegin(l *state.Logs) bool {
	return !v.follow && l.Before(v.top) == 0 && v.above == 0
}

// bar says where in the log the screen is, and what is new.
func (v *View) bar(l *state.Logs, w int) string {
	st := v.env.Style
	left := append(widget.Line{widget.P(" ")}, v.standing(l)...)
	right := " " + v.position(l) + " "
	room := max(w-term.Width(right), 0)
	return widget.Draw(st, left, room) + widget.Draw(st, widget.Line{widget.R(style.Muted, right)}, w-room)
}

// standing says whether the view follows, and how many lines it does not show
// because it does not.
func (v *View) standing(l *state.Logs) widget.Line {
	g := v.env.Style.Glyphs
	r := v.picture()
	switch fresh := v.fresh(l); {
	case r.Reading:
		return widget.Line{widget.R(style.Busy, g.Busy+" reading the record")}
	case v.follow && v.live():
		return widget.Line{widget.R(style.Busy, g.Busy+" following")}
	case v.follow:
		return widget.Line{widget.R(style.Muted, "the run is over; this is its end")}
	case !r.Mine && r.State.Snapshot().Finished == nil:
		return append(widget.Line{widget.R(style.Warn, g.Warn+" no end is recorded"), widget.P("  ")}, widget.Hint(v.env.Key(action.Refresh), "reads the record again")...)
	case fresh > 0:
		line := widget.Line{widget.R(style.Accent, g.Descending+" "+number(fresh)+" new"), widget.P("  ")}
		if v.live() {
			return append(line, widget.Hint(v.env.Key(action.Follow), "follows")...)
		}
		return append(line, widget.Hint(v.env.Key(action.Bottom), "to the end")...)
	case v.live():
		return append(widget.Line{widget.R(style.Muted, "standing still  ")}, widget.Hint(v.env.Key(action.Follow), "follows")...)
	}
	return widget.Line{widget.R(style.Muted, "the run is over")}
}

// position is which of the lines are on the screen: "120-163 of 3,204".
func (v *View) position(l *state.Logs) string {
	n := v.sums.kept
	if n == 0 || v.page.count() == 0 {
		return "0 of " + number(n)
	}
	first := v.page.lines[v.page.rows[0].line].Seq
	from := l.Before(first) + 1
	return fmt.Sprintf("%s-%s of %s", number(from), number(min(from+v.page.count()-1, n)), number(n))
}

// nothing says why there are no lines.
func (v *View) nothing(w, h int) (out []string) {
	for _, line := range v.nothingLines() {
		for i, text := range view.Fold(line.Text(), max(w-4, 1)) {
			role := style.Plain
			if len(line) > 0 {
				role = line[0].Role
			}
			if len(out) < h-1 || i == 0 && len(out) < h {
				out = append(out, widget.Draw(v.env.Style, widget.Line{widget.P("  "), widget.R(role, text)}, w))
			}
		}
	}
	return out
}

func (v *View) nothingLines() []widget.Line {
	n := v.sums
	g := v.env.Style.Glyphs
	r := v.picture()
	plain := func(texts ...string) (lines []widget.Line) {
		for _, text := range texts {
			lines = append(lines, widget.Line{widget.P(text)})
		}
		return lines
	}
	key := v.env.Key
	switch {
	case v.run == "":
		return plain("Nothing was run in this session.", key(action.ToRuns)+" lists the runs that are recorded.")
	case r == nil || r.State == nil:
		return []widget.Line{{widget.R(style.Busy, g.Busy+" reading the record of run "+v.run)}}
	case r.Err != nil && n.all == 0:
		lines := []widget.Line{{widget.R(style.Fail, g.Fail+" "+r.Err.Error())}}
		return append(lines, plain("", key(action.Refresh)+" tries again, "+key(action.ToRuns)+" lists the runs.")...)
	case r.Reading && n.all == 0:
		return []widget.Line{{widget.R(style.Busy, g.Busy+" reading the record of run "+v.run)}}
	case n.all > 0 && v.least > state.Info && n.dropped < n.all:
		return plain("None of the "+count(n.all-n.dropped, "line")+" in memory is "+one(v.least)+".",
			key(action.Level)+" shows other lines, "+key(action.Back)+" all of them.")
	case n.all > 0:
		return plain(earlierAll(n.all)+" on disk only.", key(action.SaveLog)+" writes all of them into a file, "+key(action.Pager)+" opens them in the pager.")
	case v.machine != "":
		lines := plain(v.machine + " has printed nothing in this run.")
		lines = append(lines, v.fate()...)
		return append(lines, plain("", key(action.Hosts)+" chooses whose lines are shown.")...)
	case v.live():
		return plain("No host has printed anything yet.", "What hosts print while they build, copy and activate comes here.")
	}
	return plain("No host printed anything in this run.", key(action.Back)+" goes back to what became of them.")
}

// noError says that there is no line to jump to, and what went wrong all the
// same.
func (v *View) noError() string {
	const text = "no line in memory says error"
	r := v.picture()
	if r == nil || r.State == nil {
		return text
	}
	shot := r.State.Snapshot()
	var first *state.Machine
	more := -1
	for i := range shot.Machines {
		m := &shot.Machines[i]
		if m.Result == nil || m.Result.Reason == "" || m.Result.Outcome.Good() || v.machine != "" && v.machine != m.Name {
			continue
		}
		if first == nil {
			first = m
		}
		more++
	}
	if first == nil {
		return text
	}
	why := text + "; " + first.Name + ": " + word.Outcome(shot.Started, first.Result.Outcome) + ": " + word.Cause(word.Terse(first.Name, first.Result.Reason))
	if more > 0 {
		why += "; " + word.Count(more, "other machine") + " did not come out as asked"
	}
	return why
}

// fate is what becomes of the machine in the run, as far as it is known.
func (v *View) fate() []widget.Line {
	shot := v.picture().State.Snapshot()
	i := slices.IndexFunc(shot.Machines, func(m state.Machine) bool { return m.Name == v.machine })
	if i < 0 {
		return []widget.Line{{widget.P("The run is not about it.")}}
	}
	m := &shot.Machines[i]
	if m.Result == nil {
		return []widget.Line{{widget.P("It is " + string(m.Phase) + ".")}}
	}
	outcome := view.OutcomeSpan(v.env.Style, shot.Started, m.Result.Outcome)
	if m.Result.Reason != "" {
		outcome.Text += ": " + word.Terse(m.Name, m.Result.Reason)
	}
	lines := []widget.Line{{outcome}}
	if m.Result.Hint != "" {
		lines = append(lines, widget.Line{widget.P("hint: " + m.Result.Hint)})
	}
	return lines
}

// one is what a line of at least that level is.
func one(least state.Level) string {
	if least == state.Error {
		return "an error"
	}
	return "a warning or an error"
}

func earlierAll(n int) string {
	if n == 1 {
		return "The line is"
	}
	return "All " + number(n) + " lines are"
}
