package nixlog

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"assay/fleet/engine"
	"assay/fleet/host"
)

const (
	lineLimit  = 1 << 20 // bytes of one line of the process; more are dropped
	tailLines  = 20      // lines kept of a builder, and of the process itself
	activities = 1 << 16 // activities that may run at a time; more are not followed
)

// Follower reads the standard error of one process. Make it with View.Follow.
type Follower struct {
	view       *View
	line       []byte // begun and not ended
	closed     bool
	activities map[uint64]*activity
	ended      Totals // of activities that stopped
	builds     outcomes
	failures   map[string]*Failure // by derivation
	order      []string            // derivations of failures, as they became known
	evalErrors []EvalError
	tail       ring
}

// Write takes any part of the process' standard error. It never fails.
func (f *Follower) Write(p []byte) (int, error) {
	f.view.mu.Lock()
	defer f.view.mu.Unlock()
	for rest := p; len(rest) > 0 && !f.closed; {
		line, more, whole := bytes.Cut(rest, []byte("\n"))
		f.line = append(f.line, line[:min(len(line), lineLimit-len(f.line))]...)
		if whole {
			f.end()
		}
		rest = more
	}
	return len(p), nil
}

// Close says that the process has ended. What is not known by now stays
// unknown. It never fails, and what is written afterwards is ignored.
func (f *Follower) Close() error {
	f.view.mu.Lock()
	defer f.view.mu.Unlock()
	if f.closed {
		return nil
	}
	if len(f.line) > 0 {
		f.end()
	}
	f.closed = true
	f.settle(true)
	for id, a := range f.activities {
		f.ended = f.ended.add(a.totals().atRest())
		delete(f.activities, id)
	}
	return nil
}

// Failures returns the derivations that are not built, the ones that caused
// it first, each in the order in which that became known.
func (f *Follower) Failures() []Failure {
	f.view.mu.Lock()
	defer f.view.mu.Unlock()
	return f.failed()
}

// EvalErrors returns the errors that are not of a build: of the evaluation,
// of what it fetched, of the command itself.
func (f *Follower) EvalErrors() []EvalError {
	f.view.mu.Lock()
	defer f.view.mu.Unlock()
	return slices.Clone(f.evalErrors)
}

// Tail returns the last 20 lines at most that were said to the user: messages
// of Nix and lines that are no records, sanitised and bounded. It is for an
// end that nothing else explains.
func (f *Follower) Tail() []string {
	f.view.mu.Lock()
	defer f.view.mu.Unlock()
	return f.tail.lines()
}

// end reads the line that has come to its end.
func (f *Follower) end() {
	line := f.line
	f.line = f.line[:0]
	if cap(line) > lineLimit/8 {
		f.line = nil
	}
	r, ok := Decode(line)
	if !ok {
		// Whoever writes a line without its newline stands before a record.
		if at := bytes.Index(line, prefix); at > 0 {
			if r, ok = Decode(line[at:]); ok {
				line = line[:at]
			}
		}
		f.say("", string(line))
	}
	if ok {
		f.record(&r)
	}
}

// record takes one record.
func (f *Follower) record(r *Record) {
	switch r.Action {
	case Start:
		if len(f.activities) < activities {
			a := &activity{Type: r.Type, parent: r.Parent}
			f.activities[r.ID] = a
			f.start(a, r)
		}
	case Stop:
		if a := f.activities[r.ID]; a != nil {
			delete(f.activities, r.ID)
			f.ended = f.ended.add(a.totals().atRest())
			f.stop(a)
		}
	case Result:
		if a := f.activities[r.ID]; a != nil {
			f.result(a, r)
		}
	case Message:
		f.message(r)
	}
}

// say gives lines of a builder, or of Nix where drv is "".
func (f *Follower) say(drv, text string) {
	const most = 60 // lines of one message
	step := engine.Step{Kind: engine.StepLog}
	if drv != "" {
		step.What, step.Machines = name(drv), f.view.owners[drv]
	}
	n := 0
	for line := range strings.Lines(text) {
		line = plain(line)
		if n++; n > most {
			line = "…"
		}
		if drv == "" && line != "" {
			f.tail.add(line)
		}
		if step.Text = line; line != "" || drv != "" {
			f.view.watch(step)
		}
		if n > most {
			break
		}
	}
}

// plain returns a line as a terminal would leave it, sanitised and bounded.
func plain(line string) string {
	line = strings.TrimRight(line, "\r\n")
	line = line[strings.LastIndexByte(line, '\r')+1:]
	return clip(strings.ReplaceAll(host.Sanitize(clip(line, 4*host.LineLimit)), "\n", " "), host.LineLimit)
}

// clip returns the first bytes of s, with a mark where it is longer.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}

// ring keeps the last lines.
type ring struct {
	kept []string
	next int
}

func (r *ring) add(line string) {
	if len(r.kept) < tailLines {
		r.kept = append(r.kept, line)
		return
	}
	r.kept[r.next] = line
	r.next = (r.next + 1) % tailLines
}

// lines returns what is kept, the oldest line first.
func (r *ring) lines() []string {
	return slices.Concat(r.kept[r.next:], r.kept[:r.next])
}
