package runs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/session"
	"assay/ui/style"
	"assay/ui/widget"
	"assay/ui/word"
)

// The columns.
const (
	colAge      = "age"
	colOutcome  = "outcome"
	colGoal     = "goal"
	colMachines = "machines"
	colStarted  = "started"
	colTook     = "took"
	colOperator = "operator"
	colID       = "id"
)

func (l *list) cell(r *run, column string) widget.Span {
	now := l.known.Now
	switch column {
	case colAge:
		if r.start.IsZero() {
			return widget.R(style.Unknown, "?")
		}
		return widget.P(word.Age(now.Sub(r.start)))
	case colOutcome:
		return l.ended(r)
	case colGoal:
		return unknownOr(word.RunVerb(r.started))
	case colMachines:
		if r.machines == "" {
			r.machines = machines(r)
		}
		return widget.P(r.machines)
	case colStarted:
		if r.start.IsZero() {
			return widget.R(style.Unknown, "unknown")
		}
		return widget.P(started(r.start.In(now.Location()), now))
	case colTook:
		if d, ok := r.took(now); ok {
			return widget.P(word.Elapsed(d))
		}
		return widget.R(style.Unknown, "?")
	case colOperator:
		return unknownOr(r.started.Operator)
	}
	return widget.R(style.Muted, r.id)
}

// started says when, as short as that is clear.
func started(at, now time.Time) string {
	if at.Year() != now.Year() {
		return at.Format("2006-01-02")
	}
	return at.Format("Jan 02 15:04")
}

func unknownOr(text string) widget.Span {
	if text == "" {
		return widget.R(style.Unknown, word.OrUnknown(text))
	}
	return widget.P(text)
}

// ended is how the run came out, as a glyph and a word.
func (l *list) ended(r *run) widget.Span {
	role, glyph := style.Unknown, l.st.Glyphs.Unknown
	switch g := l.st.Glyphs; {
	case r.ending.Ending == session.RunGoesOn:
		role, glyph = style.Busy, g.Busy
	case r.ending.Ending == session.RunTorn:
		role, glyph = style.Fail, g.Fail
	case r.ending.Outcome == event.RunDone:
		role, glyph = style.OK, g.OK
	case r.ending.Outcome == event.RunFailed, r.ending.Outcome == event.RunAbandonment:
		role, glyph = style.Fail, g.Fail
	case r.ending.Outcome == event.RunInterrupt:
		role, glyph = style.Warn, g.Warn
	}
	return widget.R(role, glyph+" "+endedWord(r))
}

func endedWord(r *run) string {
	switch r.ending.Ending {
	case session.RunGoesOn:
		if r.ending.Stopped {
			return "stopping"
		}
		return "going on"
	case session.RunTorn:
		return "no end"
	case session.RunFinished:
		return word.RunOutcome(r.ending.Outcome)
	}
	return word.OrUnknown(string(r.ending.Ending))
}

// machines says how many machines had each outcome, the most first, and what
// is missing in that.
func machines(r *run) string {
	type part struct {
		n    int
		what string
	}
	var counts []part
	for _, o := range event.Outcomes() {
		if n := r.counts[o]; n > 0 {
			counts = append(counts, part{n, word.Outcome(r.started, o)})
		}
	}
	if r.open > 0 {
		counts = append(counts, part{r.open, openWord(r)})
	}
	slices.SortStableFunc(counts, func(a, b part) int { return cmp.Compare(b.n, a.n) })
	var parts []string
	for _, c := range counts {
		parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
	}
	if len(parts) == 0 {
		parts = append(parts, "no machine")
	}
	text := strings.Join(parts, ", ")
	if r.ending.Ending == session.RunGoesOn && !r.mine {
		text += "; in another process"
	}
	if r.broken > 0 {
		text += "; " + word.Count(r.broken, "line") + " of the record cannot be read"
	}
	return text
}

// openWord is how machines without a result are called.
func openWord(r *run) string {
	if r.ending.Ending == session.RunGoesOn {
		return "to go"
	}
	return "no result"
}
