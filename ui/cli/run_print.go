package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/ui/word"
)

// runPrinter returns the sink that shows a run as it happens: NDJSON for
// programs, a line per step for people.
func (a *app) runPrinter() event.Sink {
	if a.flags.json {
		return &ndjson{out: a.env.Stdout}
	}
	return &runText{p: a.text(), started: map[string]time.Time{}}
}

// ndjson writes each event as one line of JSON.
type ndjson struct {
	out io.Writer
	buf []byte
	err error
}

func (n *ndjson) Emit(e event.Event) {
	if n.err != nil {
		return
	}
	if n.buf, n.err = event.Append(n.buf[:0], e); n.err == nil {
		_, n.err = n.out.Write(n.buf)
	}
}

// runText writes events as lines for people: phases, what is waited for, and
// results, not progress.
type runText struct {
	p       *printer
	started map[string]time.Time // when a machine's first phase began
	run     event.RunStarted     // how it began
	verbose bool                 // also what the hosts print
}

// outcomeRoles colours the outcomes.
var outcomeRoles = map[event.Outcome]role{
	event.Updated: good, event.Staged: good, event.Built: good, event.Unchanged: faint,
	event.RolledBack: bad, event.Failed: bad, event.Refused: bad, event.Unreachable: bad, event.Uncertain: bad,
	event.Skipped: warn,
}

func (t *runText) Emit(e event.Event) {
	switch b := e.Body.(type) {
	case event.RunStarted:
		t.run = b
		t.p.clean("run %s: %s of %s, plan %s, %d at once", e.Run, word.RunVerb(b), word.Count(len(b.Machines), "machine"), b.Plan, b.Parallel)
	case event.HostPhase:
		t.phase(e, b)
	case event.Log:
		if t.verbose || b.Stream == event.Notes {
			t.p.line("  %s %s", t.p.paint(faint, host.Sanitize(fmt.Sprintf("%-12s", b.Machine))), host.Sanitize(b.Text))
		}
	case event.HostResult:
		t.result(e, b)
	case event.RunInterrupted:
		t.p.clean("interrupted: %s", b.Reason)
	case event.RunFinished:
		t.p.clean("run %s %s: %s", e.Run, b.Outcome, word.Outcomes(t.run, b.Counts))
	}
}

// look says where to read more about a machine that something was begun on and
// that came out wrong; whoever reads the log has it before them.
func (t *runText) look(run string, b event.HostResult) string {
	if t.verbose || run == "" || b.Outcome != event.Failed && b.Outcome != event.RolledBack {
		return ""
	}
	return "assay logs " + run + " " + b.Machine
}

// rollback is the kind of a run that returns hosts to a former generation.
const rollback = string(plan.Rollback)

func (t *runText) phase(e event.Event, b event.HostPhase) {
	if b.Phase == event.Waiting || b.Phase == event.Done {
		return
	}
	if t.started[b.Machine].IsZero() {
		t.started[b.Machine] = e.Time
	}
	t.p.line("  %s", t.p.paint(faint, host.Sanitize(fmt.Sprintf("%-12s %s", b.Machine, b.Phase))))
}

func (t *runText) result(e event.Event, b event.HostResult) {
	name, outcome, text := host.Sanitize(fmt.Sprintf("%-12s", b.Machine)), host.Sanitize(word.Outcome(t.run, b.Outcome)), ""
	switch {
	case b.Current != "" && t.run.Kind == rollback && b.Outcome == event.Updated:
		text += fmt.Sprintf(" to generation %d, runs %s", b.Generation, word.Path(b.Current))
	case b.Current != "":
		text += " runs " + word.Path(b.Current) + word.Generation(b.Generation)
	}
	if started := t.started[b.Machine]; !started.IsZero() {
		text += fmt.Sprintf(" after %.1fs", e.Time.Sub(started).Seconds())
		delete(t.started, b.Machine)
	}
	if b.Reason != "" {
		text += ": " + word.Terse(b.Machine, b.Reason)
	}
	if hint := cmp.Or(b.Hint, t.look(e.Run, b)); hint != "" && !strings.Contains(b.Reason, "; hint: ") {
		text += "; hint: " + hint
	}
	text = t.p.fold(host.Sanitize(text), len("  ")+len(name)+len(" ")+len(outcome), len("    "))
	t.p.line("  %s %s%s", name, t.p.paint(outcomeRoles[b.Outcome], outcome), text)
}
