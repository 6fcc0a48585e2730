package nix

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/nixlog"
	"assay/fleet/engine/nix/runner"
)

// process is one nix that evaluates something of some machines of a set.
type process struct {
	set      string // "nixosConfigurations"
	body     string // of the expression
	cost     string // under what history keeps what it takes
	machines []string
	caught   bool // errors are caught and lost

	// What came of it:
	done    map[string]json.RawMessage
	absent  []string
	threw   []string // machines whose error was caught
	current string   // the machine at which it ended, "" when at none
	err     error
	said    []nixlog.EvalError
	starved bool // it was killed, or had no memory
}

// evaluate runs a process; what it says of its machines comes to tell.
func (e *Engine) evaluate(ctx context.Context, r *repository, p *process, watch func(engine.Step), tell func(mark)) {
	nonce := "assay:" + rand.Text() + " "
	follower := nixlog.NewView(nil, watch).Follow()
	p.done = map[string]json.RawMessage{}
	began := time.Now()
	var used runner.Usage
	c := e.evalCommand(ctx, r, p.set, expression(nonce, p.body, p.machines, p.caught), outputOnly...)
	c.Used = &used
	c.Stderr = writer(func(line []byte) {
		if bytes.Contains(line, []byte(nonce)) { // also where an error shows the expression
			record, _ := nixlog.Decode(line)
			if m, ok := readMark(nonce, record.Message); ok && p.take(m) {
				tell(m)
				return
			}
		}
		_, _ = follower.Write(line)
	})
	p.err = e.run.Run(ctx, c)
	follower.Close()
	p.said = follower.EvalErrors()
	p.starved = p.err != nil && starved(p.err, p.said)
	switch n := len(p.done); {
	case p.starved && used.Memory > 0: // it wanted more than it had
		e.history.add(sample{Of: p.cost, Machines: len(p.machines), Memory: used.Memory / 2 * 3})
	case n > 0 && p.err == nil:
		e.history.add(sample{Of: p.cost, Machines: n, Memory: used.Memory, Elapsed: time.Since(began)})
	}
}

// take notes a mark, and reports whether it is about one of the machines.
func (p *process) take(m mark) bool {
	if !slices.Contains(p.machines, m.Machine) {
		return false
	}
	switch m.Event {
	case "begin":
		p.current = m.Machine
		return true
	case "done":
		p.done[m.Machine] = m.Is
	case "absent":
		p.absent = append(p.absent, m.Machine)
	case "caught":
		p.threw = append(p.threw, m.Machine)
	default:
		return false
	}
	p.current = ""
	return true
}

// left returns the machines of which nothing is known, without the one at
// which the process ended.
func (p *process) left() []string {
	known := map[string]bool{p.current: true}
	for name := range p.done {
		known[name] = true
	}
	for _, list := range [][]string{p.absent, p.threw} {
		for _, name := range list {
			known[name] = true
		}
	}
	var left []string
	for _, name := range p.machines {
		if !known[name] {
			left = append(left, name)
		}
	}
	return left
}

// starved reports whether a process ended because there was not enough
// memory.
func starved(err error, said []nixlog.EvalError) bool {
	exit, ok := errors.AsType[*runner.ExitError](err)
	if !ok {
		return false
	}
	text := strings.Join(exit.Lines, "\n")
	for _, s := range said {
		text += "\n" + s.Message
	}
	return exit.Killed() || strings.Contains(text, "std::bad_alloc") || strings.Contains(text, "Out of memory") ||
		strings.Contains(text, "out of memory") || strings.Contains(text, "Cannot allocate memory")
}

// outputOnly has Nix take an attribute for an output: before that it looks among
// the packages of its own system, where something else may have its name. There
// are none of this system.
var outputOnly = []string{"--option", "system", "none"}

// evalCommand returns a command that prints what a function makes of an attribute
// of the flake, and logs as nixlog reads it.
func (e *Engine) evalCommand(ctx context.Context, r *repository, attribute, apply string, options ...string) runner.Command {
	return e.flakeCommand(ctx, append([]string{"eval", "--json", "--show-trace", "--log-format", "internal-json",
		r.url + "#" + attribute, "--apply", apply}, options...)...)
}

// flakeCommand returns a command of nix that reads the flake: it locks
// nothing, builds nothing while it evaluates, and does not believe the flake.
// Answers are kept by this engine: of several processes on Nix's own cache of
// evaluations, 2.8 may find that an attribute "is unexpectedly missing".
func (e *Engine) flakeCommand(ctx context.Context, args ...string) runner.Command {
	accepted, _, err := e.accepted(ctx)
	if err != nil { // what is wrong with the flake is told by Nix
		accepted = nil
	}
	lock := []string{"--no-update-lock-file"}
	for _, name := range slices.Sorted(maps.Keys(e.opts.Inputs)) {
		lock[0] = "--no-write-lock-file" // the lock differs, in memory
		lock = append(lock, "--override-input", name, e.opts.Inputs[name])
	}
	return e.nix(append(slices.Concat(args, lock, accepted),
		"--option", "allow-import-from-derivation", "false",
		"--option", "eval-cache", "false",
		"--option", "accept-flake-config", "false",
		"--option", "warn-dirty", "false")...)
}

// writer is an io.Writer that gets whole lines.
type writer func(line []byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}
