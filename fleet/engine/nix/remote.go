package nix

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/record"
	"assay/fleet/engine/nix/runner"
)

// store is another machine's. nil is the one of Nix's configuration.
type store struct {
	address string
	env     []string
}

func (s *store) flags() []string {
	if s == nil {
		return nil
	}
	return []string{"--store", s.address}
}

func (s *store) environment() []string {
	if s == nil {
		return nil
	}
	return s.env
}

// there builds on another machine: what builds the systems is copied there,
// and built in that machine's store by its own Nix.
func (b *building) there(ctx context.Context, version runner.Version, where string, outputs map[string]string) (err error) {
	if b.e.opts.Remote == nil {
		return fmt.Errorf("it is to be built on %s, which cannot be reached from here; hint: set build = \"local\"", where)
	}
	address, env, release, err := b.e.opts.Remote.Store(ctx, where)
	if err != nil {
		return fmt.Errorf("it is to be built on %s: %w", where, err)
	}
	defer func() {
		if said := release(); said != nil && err != nil {
			err = fmt.Errorf("%w (on %s: %w)", err, where, said)
		}
	}()
	s := &store{address: address, env: env}
	derivations := slices.Sorted(maps.Keys(outputs))
	b.say(engine.Step{Kind: engine.StepWait, Machines: b.machines(outputs), Text: "what builds it is copied to " + where})
	if err := b.move(ctx, s, "--to", append([]string{"--derivation"}, derivations...)...); err != nil {
		return fmt.Errorf("copying what builds it to %s: %w", where, err)
	}
	run := b.realise(ctx, version, outputs, s, func([]byte) {})
	if ctx.Err() != nil {
		return run.err
	}
	for _, path := range b.openOf(outputs) {
		if err := b.arrive(ctx, s, where, path); err != nil && run.err == nil {
			return err
		}
	}
	b.blame(ctx, run, outputs, false)
	return nil
}

// arrive answers for a system that another machine has built, if it has: the
// target keeps its own, and what else was built comes here.
func (b *building) arrive(ctx context.Context, s *store, where, path string) error {
	objects, err := b.e.closures(ctx, s, []string{path})
	if err != nil {
		return err
	}
	if _, ok := objects[path]; !ok {
		return fmt.Errorf("%s has not built %s", where, path)
	}
	if b.owner(path) != where {
		if err := b.move(ctx, s, "--from", path); err != nil {
			return fmt.Errorf("copying what %s has built: %w", where, err)
		}
		return b.settle(ctx, []string{path})
	}
	closure, err := closureOf(path, objects)
	if err == nil {
		closure.Record, closure.There = record.New(path, closure.Objects, nil, "it was built on the machine itself"), true
	}
	b.end(path, closure, func(engine.System) error { return err })
	return nil
}

// move copies paths between the stores. Signatures are not asked for: the
// machine is one that its owner has named as the builder.
func (b *building) move(ctx context.Context, s *store, direction string, paths ...string) error {
	c := b.e.nix(append([]string{"copy", "--no-check-sigs", direction, s.address}, paths...)...)
	c.Env = slices.Concat(c.Env, s.env)
	return b.e.run.Run(ctx, c)
}

// owner is the machine for which a path is built.
func (b *building) owner(path string) string { return b.first(path).Machine }

// first is the first of the systems of a path that have no answer.
func (b *building) first(path string) engine.System {
	b.mu.Lock()
	defer b.mu.Unlock()
	if systems := b.left[path]; len(systems) > 0 {
		return systems[0]
	}
	return engine.System{}
}

// machines are those for which the paths are built, sorted.
func (b *building) machines(outputs map[string]string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var names []string
	for _, path := range outputs {
		for _, s := range b.left[path] {
			names = append(names, s.Machine)
		}
	}
	slices.Sort(names)
	return names
}
