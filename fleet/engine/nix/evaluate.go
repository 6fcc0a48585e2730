package nix

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/runner"
)

// Evaluate says what the machines should run. What is known for the
// repository as it is, in this version of Nix, is not evaluated again. A
// machine's error is an *EvalError, and is no other machine's unless it is in
// what they share.
func (e *Engine) Evaluate(ctx context.Context, machines []string, watch func(engine.Step), done func(machine string, s engine.System, err error)) {
	v := &evaluation{e: e, speaker: &speaker{watch: watch}, done: done, left: map[string]bool{}}
	for _, m := range machines {
		v.left[m] = true
	}
	if err := v.start(ctx, machines); err != nil {
		for _, m := range machines {
			v.fail(m, err)
		}
	}
}

// evaluation is one call of Evaluate.
type evaluation struct {
	e    *Engine
	repo *repository
	key  string
	*speaker
	done   func(machine string, s engine.System, err error)
	left   map[string]bool // machines without an answer; guarded by the speaker, as absent is
	absent []string        // machines that are not in the set where they were looked for
	total  int
}

// start does the work; its error is that of all machines that are left.
func (v *evaluation) start(ctx context.Context, machines []string) (err error) {
	if v.repo, err = v.e.look(ctx); err != nil {
		return err
	}
	version, err := v.e.run.Version(ctx) // known by now
	if err != nil {
		return err
	}
	if n := len(v.repo.untracked); n > 0 {
		v.say(engine.Step{Kind: engine.StepLog, Text: untrackedWarning(v.repo.untracked)})
	}
	if text := v.e.undecided(ctx); text != "" {
		v.say(engine.Step{Kind: engine.StepLog, Text: text})
	}
	v.key = v.e.key(v.repo, version, "toplevel", v.e.opts.Attribute)
	v.total = len(v.left)
	missing, err := v.known(ctx, machines)
	if err != nil || len(missing) == 0 {
		return err
	}
	sets, err := v.e.sets(ctx, v.repo, version, missing)
	if err != nil {
		return err
	}
	v.ask(ctx, sets)
	if ctx.Err() == nil && len(v.absent) > 0 { // where the class says, another set may have it
		if err := v.elsewhere(ctx, version); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// ask evaluates the machines of every set.
func (v *evaluation) ask(ctx context.Context, sets map[string][]string) {
	q := queue{e: v.e, repo: v.repo, body: toplevel(v.e.opts.Attribute), cost: v.e.opts.Origin,
		say: v.say, got: v.got, save: v.save, fail: v.fail, absent: v.lacks}
	q.run(ctx, sets)
}

// lacks notes that a set has no such machine.
func (v *evaluation) lacks(set, machine string) {
	v.answer(func() { v.absent = append(v.absent, machine) })
}

// elsewhere looks in all sets of the flake for the machines that are absent
// where they were expected.
func (v *evaluation) elsewhere(ctx context.Context, version runner.Version) error {
	names, err := v.e.names(ctx, v.repo, version)
	if err != nil {
		return err
	}
	sets := map[string][]string{}
	for _, m := range v.absent {
		if set := setOf(names, m); set != "" {
			sets[set] = append(sets[set], m)
		} else {
			v.fail(m, fmt.Errorf("the flake has no configuration named %s; hint: it has %s", m, named(names)))
		}
	}
	v.ask(ctx, sets)
	return nil
}

func untrackedWarning(files []string) string {
	return "warning: git does not track " + shown(files) + ", so Nix does not see it; hint: git add"
}

// shown names the first files of a list.
func shown(files []string) string {
	text := strings.Join(files[:min(5, len(files))], ", ")
	if len(files) > 5 {
		text += fmt.Sprintf(" and %d more", len(files)-5)
	}
	return text
}

// known answers for the machines that the cache knows and the store still
// has, and returns the others.
func (v *evaluation) known(ctx context.Context, machines []string) (missing []string, err error) {
	cached := v.e.cache.machines(v.key)
	var paths []string
	for _, m := range machines {
		if c, ok := cached[m]; ok && !(v.e.lies(c.Path) && v.e.lies(c.Derivation)) {
			paths = append(paths, c.Derivation, c.Path)
		}
	}
	invalid, err := v.e.invalid(ctx, paths)
	if err != nil {
		return nil, err
	}
	v.e.sawValid(slices.DeleteFunc(paths, func(p string) bool { return invalid[p] }))
	for _, m := range machines {
		if c, ok := cached[m]; ok && (!invalid[c.Derivation] || !invalid[c.Path]) {
			v.succeed(m, c)
		} else {
			missing = append(missing, m)
		}
	}
	return missing, nil
}

// got takes what Nix says of a machine.
func (v *evaluation) got(machine string, is json.RawMessage) {
	var m evaluated
	if err := json.Unmarshal(is, &m); err != nil {
		v.fail(machine, fmt.Errorf("what Nix says of it: %w", err))
		return
	}
	v.succeed(machine, m)
}

// save keeps what a process said, unless the repository has changed meanwhile.
func (v *evaluation) save(ctx context.Context, said map[string]json.RawMessage) {
	known := map[string]evaluated{}
	for name, is := range said {
		var m evaluated
		if json.Unmarshal(is, &m) == nil {
			known[name] = m
		}
	}
	if len(known) > 0 && v.e.unchanged(ctx, v.repo) {
		v.e.cache.add(v.key, known)
	}
}

func (v *evaluation) succeed(machine string, is evaluated) {
	v.e.mu.Lock()
	v.e.platforms[is.Derivation] = is.Platform
	v.e.mu.Unlock()
	v.answerOnce(machine, engine.System{Machine: machine, Path: is.Path, Derivation: is.Derivation}, nil)
}

func (v *evaluation) fail(machine string, err error) {
	v.answerOnce(machine, engine.System{}, err)
}

func (v *evaluation) answerOnce(machine string, s engine.System, err error) {
	v.answer(func() {
		if !v.left[machine] {
			return
		}
		delete(v.left, machine)
		if v.watch != nil && err == nil {
			v.watch(engine.Step{Kind: engine.StepEvaluate, Machines: []string{machine}, What: machine,
				Done: int64(v.total - len(v.left)), Total: int64(v.total)})
		}
		v.done(machine, s, err)
	})
}

// Estimate says how long evaluating the machines took the last time that so
// many were evaluated; 0 is not known.
func (e *Engine) Estimate(machines []string) time.Duration {
	of := e.history.of(e.opts.Origin)
	if len(of) == 0 {
		return 0
	}
	n, _ := e.processes(e.opts.Origin, len(machines), 1)
	return e.history.elapsed(e.opts.Origin, (len(machines)+n-1)/n)
}

// short is the time that is not worth a second process: what configurations
// share would be evaluated twice.
const short = 1500 * time.Millisecond

// processes returns how many processes ask n machines of some sets for
// something, as history calls it: as many as there are processors, and memory,
// and work. Machines of different sets never share one; worth is false where
// those of one set had better do.
func (e *Engine) processes(what string, n, sets int) (count int, worth bool) {
	count = (n + 1) / 2
	if t := e.history.elapsed(what, n); t > 0 {
		count = min(n, int((t+short-1)/short))
	}
	worth = count > 1
	count = max(1, min(e.opts.Processes, max(count, sets)))
	available := e.opts.Available()
	for count > 1 && e.history.memory(what, cmp.Or(n/count, 1))*int64(count) > available {
		count--
	}
	return count, worth
}
