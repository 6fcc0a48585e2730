// Package embedded is the engine of the demo's in-process hosts: without Nix
// it realises what is statically known of a composition (files below /etc and
// in homes, package manifests, the record of every option) as a
// content-addressed generation, and brings it to a host over a host.Conn. What
// only Nix can build is left out, and each generation lists it.
//
// Store paths follow Nix's own scheme for a "source" path, so `nix-store
// --add FILE` gives the path that this engine gives; hosts keep their store
// below $ASSAY_ROOT. Every script refuses a host without the simulator's
// marker file, and touches nothing outside of $ASSAY_ROOT.
//
// A generation /nix/store/<hash>-<class>-system-<machine> is a directory:
//
//	activate      link to the script that makes a host run the generation
//	etc/          relative links to the objects of files below /etc
//	home/<user>/  the same for the files of one home
//	packages/     manifests: "system" and one "user-<name>" per home
//	links         every link above with its object and its place on the host
//	record.json   the engine.Record
//	left-out      what was left out and why, for people
//
// Links on a host lead through run/current-system, so that the one rename of
// that link changes every file. Killed anywhere, a copy leaves no object that
// is not whole, and an activation leaves current-system at the old or at the
// new system with that system's files in place; the profile is set last. A
// lock is a file named after a process and its start, so a dead process holds
// none. (Where one system has a file and the other a directory of that name,
// a kill in between can leave that place empty until the next activation.)
//
// Objects of a host's store that are gone or are not what their names say are
// found by Missing, which hashes them, and replaced by Copy; the next activation
// then makes the rest whole. A file is replaced in one step. A damaged
// system's directory is taken away before the whole one takes its place: killed
// in between, the system is missing until the next copy.
//
// An Engine may be used by several goroutines at once, and several processes
// may share one store directory. Contents of files are in memory only while
// one machine is evaluated or built, but for 16 MiB of texts that records
// share.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"sync"

	"assay/fleet/engine"
	"assay/modules/compose"
)

// Options is what an Engine works from.
type Options struct {
	// Store is the local store's directory: a file <hash>-<name>.nar for
	// every object. It is made when it is absent.
	Store string
	// Compose returns the composition of a machine.
	Compose func(machine string) (compose.Composition, error)
	// Supply says which layer and channel supply a package on a system, ""
	// where that is not known. It may be nil.
	Supply func(pkg, system string) (layer, channel string)
	// ReadFile reads a file of the fleet by its slash-separated path relative
	// to the fleet's directory, for options such as environment.etc.x.source.
	ReadFile func(path string) ([]byte, error)
}

// Engine is the embedded engine. It satisfies engine.Engine and
// engine.Deployer.
type Engine struct {
	compose  func(machine string) (compose.Composition, error)
	supply   func(pkg, system string) (layer, channel string)
	readFile func(path string) ([]byte, error)
	store    *store
	objects  objectTable
	activate []byte // the activate script
	sweep    sync.Once
}

var (
	_ engine.Engine   = (*Engine)(nil)
	_ engine.Deployer = (*Engine)(nil)
)

// New returns an engine. It opens nothing.
func New(o Options) *Engine {
	e := &Engine{
		compose:  o.Compose,
		supply:   o.Supply,
		readFile: o.ReadFile,
		store:    newStore(o.Store),
		activate: activateScript(),
	}
	if e.compose == nil {
		e.compose = func(string) (compose.Composition, error) {
			return compose.Composition{}, errors.New("the engine was made without compositions")
		}
	}
	if e.supply == nil {
		e.supply = func(string, string) (string, string) { return "", "" }
	}
	if e.readFile == nil {
		e.readFile = func(name string) ([]byte, error) {
			return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
		}
	}
	return e
}

// Name is "embedded".
func (e *Engine) Name() string { return "embedded" }

// Evaluate is System for many machines; it has no steps to tell.
func (e *Engine) Evaluate(ctx context.Context, machines []string, _ func(engine.Step), done func(string, engine.System, error)) {
	atOnce(machines, func(machine string) func() {
		system, err := e.System(ctx, machine)
		return func() { done(machine, system, err) }
	})
}

// Build is Realise for many systems; it has no steps to tell.
func (e *Engine) Build(ctx context.Context, systems []engine.System, _ func(engine.Step), done func(engine.System, engine.Closure, error)) {
	atOnce(systems, func(system engine.System) func() {
		closure, err := e.Realise(ctx, system)
		return func() { done(system, closure, err) }
	})
}

// atOnce calls work for the items, as many at a time as there are processors,
// and what it returns one at a time.
func atOnce[T any](items []T, work func(T) (tell func())) {
	var wg sync.WaitGroup
	var telling sync.Mutex
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, item := range items {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			tell := work(item)
			telling.Lock()
			defer telling.Unlock()
			tell()
		})
	}
	wg.Wait()
}

// System works out the machine's generation from its composition. It writes
// nothing.
func (e *Engine) System(ctx context.Context, machine string) (engine.System, error) {
	g, err := e.generation(ctx, machine)
	if err != nil {
		return engine.System{}, err
	}
	return engine.System{Machine: machine, Path: g.path, Record: g.record}, nil
}

// Realise writes the objects of the system that the local store lacks. A system
// that is there already is not composed again, so that a saved plan can be
// carried out after the tree has changed; one that is not there must still be
// what the tree says.
func (e *Engine) Realise(ctx context.Context, system engine.System) (engine.Closure, error) {
	if err := engine.CheckPath(system.Path); err != nil {
		return engine.Closure{}, fmt.Errorf("build %s: %w", system.Machine, err)
	}
	e.sweep.Do(e.store.sweep)
	if c, err := e.store.closure(system.Path); err == nil {
		return c, nil
	}
	g, err := e.generation(ctx, system.Machine)
	if err != nil {
		return engine.Closure{}, err
	}
	if g.path != system.Path {
		return engine.Closure{}, fmt.Errorf(
			"build %s: %s is not what the tree says now, which is %s; hint: plan again",
			system.Machine, path.Base(system.Path), path.Base(g.path))
	}
	if err := e.write(ctx, g); err != nil {
		return engine.Closure{}, fmt.Errorf("build %s: %w", system.Machine, err)
	}
	return g.closure(), nil
}

// write puts the generation into the local store, references first.
func (e *Engine) write(ctx context.Context, g *generation) error {
	for _, o := range g.objects {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := e.store.add(o.path, single(o.content, o.executable)); err != nil {
			return err
		}
	}
	return e.store.add(g.path, g.tree)
}
