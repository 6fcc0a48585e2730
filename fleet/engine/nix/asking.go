package nix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"assay/fleet/engine"
)

// question is what a machine's configuration is asked for, several machines in
// a process. What is known for the repository as it is, is not asked again.
type question[T any] struct {
	name      string // in the cache, and in the history of what it costs
	text      string // that answers depend on
	untracked bool   // that Nix does not see some files is said
	// body is the expression. source is where the flake is in Nix's store, ""
	// where Nix does not say.
	body func(repo *repository, source string) (string, error)
	read func(repo *repository, source string, is json.RawMessage) (T, error)
}

// asking is one asking of a question about machines.
type asking[T any] struct {
	question[T]
	e      *Engine
	repo   *repository
	source string
	*speaker

	mu    sync.Mutex
	done  func(machine string, answer T, err error)
	left  map[string]bool // machines without an answer
	known map[string]T
	more  bool // something has become known
}

// ask asks the question about the machines and tells done of each, once.
func (q question[T]) ask(ctx context.Context, e *Engine, machines []string, watch func(engine.Step), done func(machine string, answer T, err error)) {
	a := &asking[T]{question: q, e: e, speaker: &speaker{watch: watch}, done: done, left: map[string]bool{}, known: map[string]T{}}
	for _, m := range machines {
		a.left[m] = true
	}
	err := a.run(ctx, machines)
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case err == nil:
		err = errors.New("no answer of Nix came")
	}
	for _, m := range machines {
		a.fail(m, err)
	}
}

func (a *asking[T]) run(ctx context.Context, machines []string) (err error) {
	if a.repo, err = a.e.look(ctx); err != nil {
		return err
	}
	version, err := a.e.run.Version(ctx) // known by now
	if err != nil {
		return err
	}
	key := a.e.key(a.repo, version, a.name, a.text)
	a.e.cache.get(a.name, key, &a.known)
	var missing []string
	for _, m := range machines {
		if is, ok := a.known[m]; ok {
			a.tell(m, is, nil)
		} else {
			missing = append(missing, m)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if n := len(a.repo.untracked); a.untracked && n > 0 {
		a.say(engine.Step{Kind: engine.StepLog, Text: untrackedWarning(a.repo.untracked)})
	}
	a.source = a.e.sources(ctx, a.repo)
	body, err := a.body(a.repo, a.source)
	if err != nil {
		return err
	}
	sets, err := a.e.sets(ctx, a.repo, version, missing)
	if err != nil {
		return err
	}
	q := queue{e: a.e, repo: a.repo, body: body, cost: a.repo.dir + "#" + a.name, say: a.say, got: a.got,
		save: func(context.Context, map[string]json.RawMessage) {}, fail: a.fail,
		absent: func(set, machine string) { a.fail(machine, fmt.Errorf("%s does not have it", set)) }}
	q.run(ctx, sets)
	if a.more && ctx.Err() == nil && a.e.unchanged(ctx, a.repo) {
		a.e.cache.put(a.name, key, a.known)
	}
	return nil
}

func (a *asking[T]) got(machine string, is json.RawMessage) {
	answer, err := a.read(a.repo, a.source, is)
	if err != nil {
		a.fail(machine, err)
		return
	}
	a.mu.Lock()
	a.known[machine], a.more = answer, true
	a.mu.Unlock()
	a.tell(machine, answer, nil)
}

func (a *asking[T]) fail(machine string, err error) {
	var none T
	a.tell(machine, none, err)
}

// tell answers for a machine, once.
func (a *asking[T]) tell(machine string, answer T, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.left[machine] {
		a.left[machine] = false
		a.done(machine, answer, err)
	}
}
