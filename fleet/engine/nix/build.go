package nix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/nixlog"
	"assay/fleet/engine/nix/record"
	"assay/fleet/engine/nix/runner"
)

// Build realises systems with one Nix, so that what they share is built once
// and the limits of Nix's configuration hold. A system is answered for as
// soon as it is there, also while others are built. A system without a
// Derivation, as a saved plan has it, must be in the store. The error of a
// system that could not be built is a *BuildError.
func (e *Engine) Build(ctx context.Context, systems []engine.System, watch func(engine.Step), done func(s engine.System, closure engine.Closure, err error)) {
	b := &building{e: e, speaker: &speaker{watch: watch}, done: done, left: map[string][]engine.System{}}
	for _, s := range systems {
		b.left[s.Path] = append(b.left[s.Path], s)
	}
	err := b.start(ctx)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	for _, path := range b.open() {
		b.fail(path, err)
	}
}

// building is one call of Build.
type building struct {
	e *Engine
	*speaker
	done func(s engine.System, closure engine.Closure, err error)

	needs    map[string][]string // derivations by the one that needs them; made before anything is built, as the next
	accepted []string            // settings of the flake, as flags

	mu   sync.Mutex
	left map[string][]engine.System // without an answer, by store path
}

// open returns the paths of the systems without an answer.
func (b *building) open() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var paths []string
	for path := range b.left {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

func (b *building) fail(path string, err error) {
	if err == nil {
		err = errors.New("nix ended well and did not build it")
	}
	b.end(path, engine.Closure{}, func(engine.System) error { return err })
}

func (b *building) end(path string, closure engine.Closure, why func(engine.System) error) {
	b.mu.Lock()
	systems := b.left[path]
	delete(b.left, path)
	b.mu.Unlock()
	for _, s := range systems {
		b.answer(func() { b.done(s, closure, why(s)) })
	}
}

// start does the work; its error is that of all systems that are left.
func (b *building) start(ctx context.Context) error {
	b.recall()
	if len(b.open()) == 0 {
		return nil
	}
	version, err := b.e.run.Version(ctx)
	if err != nil {
		return err
	}
	if err := b.settle(ctx, b.open()); err != nil {
		return err
	}
	var derivations []string
	for _, path := range b.open() {
		if s := b.left[path][0]; s.Derivation != "" {
			derivations = append(derivations, s.Derivation)
			continue
		}
		b.fail(path, fmt.Errorf("%s is no longer in the store, and what built it is not known; hint: make a new plan", path))
	}
	if len(derivations) == 0 {
		return nil
	}
	if b.needs, err = b.e.graph(ctx, derivations); err != nil {
		return err
	}
	if b.accepted, err = b.e.fetched(ctx); err != nil {
		return err
	}
	var all sync.WaitGroup
	for at, outputs := range b.places(ctx) {
		all.Go(func() {
			var err error
			if at.machine == "" {
				err = b.here(ctx, version, outputs)
			} else {
				err = b.there(ctx, version, at.machine, outputs)
			}
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			for _, path := range b.openOf(outputs) {
				b.fail(path, err)
			}
		})
	}
	all.Wait()
	return nil
}

// place is where systems are built together.
type place struct {
	machine  string // "" is here
	platform string // one that nobody builds for: it can only be fetched, and Nix would give up everything else
}

// places divides what is left by where it is built: store paths by derivation.
func (b *building) places(ctx context.Context) map[place]map[string]string {
	places := map[place]map[string]string{}
	left := b.open()
	hints := b.platformHints(ctx, left)
	for _, path := range left {
		s := b.left[path][0]
		var at place
		if b.e.opts.Builder != nil {
			at.machine = b.e.opts.Builder(s.Machine)
		}
		switch at.machine {
		case "target":
			at.machine = s.Machine
		case "local":
			at.machine = ""
		}
		if platform := b.e.Platform(s); at.machine == "" && hints[platform] != "" {
			at.platform = platform
		}
		if places[at] == nil {
			places[at] = map[string]string{}
		}
		places[at][s.Derivation] = path
	}
	return places
}

// openOf returns those of the paths that have no answer.
func (b *building) openOf(outputs map[string]string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Values(outputs)), func(path string) bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.left[path] == nil
	})
}

// here builds with the Nix of this machine.
func (b *building) here(ctx context.Context, version runner.Version, outputs map[string]string) error {
	finished := newFinished(outputs)
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		for paths := range finished.batches() {
			_ = b.settle(ctx, paths) // what is not yet valid is asked for again at the end
		}
	}()
	run := b.realise(ctx, version, outputs, nil, finished.read)
	finished.close()
	<-settled
	if ctx.Err() != nil {
		return run.err
	}
	if err := b.settle(ctx, b.openOf(outputs)); err != nil {
		return err
	}
	return b.retry(ctx, version, b.blame(ctx, run, outputs, len(outputs) > 1))
}

// retry builds systems one by one that a Nix has given up for no reason of
// their own: some errors end it although others could be built. One that ends
// several in a row, such as a full disk, is taken for that of all others.
func (b *building) retry(ctx context.Context, version runner.Version, outputs map[string]string) error {
	alike, last := 0, ""
	for _, d := range slices.Sorted(maps.Keys(outputs)) {
		one := map[string]string{d: outputs[d]}
		run := b.realise(ctx, version, one, nil, func([]byte) {})
		if ctx.Err() != nil {
			return run.err
		}
		if err := b.settle(ctx, b.openOf(one)); err != nil {
			return err
		}
		switch said := lastWords(run.follower, run.err); {
		case run.err == nil || len(run.failuresOf(b.owner(outputs[d]))) > 0:
			alike = 0
		case alike > 0 && said == last:
			alike++
		default:
			alike, last = 1, said
		}
		b.blame(ctx, run, one, false)
		if alike < same {
			continue
		}
		for _, path := range b.openOf(outputs) {
			b.end(path, engine.Closure{}, func(s engine.System) error { return &BuildError{Machine: s.Machine, Said: last} })
		}
		return nil
	}
	return nil
}

// realised is what came of one nix build.
type realised struct {
	follower *nixlog.Follower
	owners   map[string][]string // machines by derivation
	err      error
}

// realise runs nix build; read gets its log. store is nil for here.
func (b *building) realise(ctx context.Context, version runner.Version, outputs map[string]string, store *store, read func(line []byte)) realised {
	r := realised{owners: b.owners(outputs)}
	r.follower = nixlog.NewView(r.owners, b.say).Follow()
	args := []string{"build", "--no-link", "--keep-going", "--log-format", "internal-json"}
	for _, d := range slices.Sorted(maps.Keys(outputs)) {
		args = append(args, version.Outputs(d))
	}
	if store == nil {
		args = append(args, b.accepted...)
	}
	c := b.e.nix(append(args, store.flags()...)...)
	c.Env = slices.Concat(c.Env, store.environment())
	c.Stderr = writer(func(line []byte) {
		_, _ = r.follower.Write(line)
		read(line)
	})
	r.err = b.e.run.Run(ctx, c)
	r.follower.Close()
	return r
}

// settle answers for those of the paths that are valid. Nix is asked only about
// those that do not lie in the store, where they may yet be if it is not this
// machine's; of the others it says it when they are protected.
func (b *building) settle(ctx context.Context, paths []string) error {
	invalid, err := b.e.lacking(ctx, slices.DeleteFunc(slices.Clone(paths), b.e.lies))
	if err != nil {
		return err
	}
	valid := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return invalid[p] })
	if len(valid) == 0 {
		return nil
	}
	objects, err := b.secure(ctx, valid)
	if err != nil && ctx.Err() == nil { // one of them lies there and is not valid, or has gone since it was seen
		b.e.forget(valid)
		if invalid, err = b.e.lacking(ctx, valid); err != nil {
			return err
		}
		if len(invalid) > 0 { // what the evaluation said may be gone as well
			b.e.cache.forget("evaluation")
		}
		valid = slices.DeleteFunc(valid, func(p string) bool { return invalid[p] })
		objects, err = b.secure(ctx, valid)
	}
	if err != nil {
		return err
	}
	b.e.sawValid(valid)
	for _, path := range valid {
		closure, err := closureOf(path, objects)
		if err == nil {
			closure.Record = b.e.record(closure)
			b.e.remember(path, closure.Record)
			b.e.roots.keep(closure)
		}
		b.end(path, closure, func(engine.System) error { return err })
	}
	return nil
}

// secure protects valid paths from the garbage collector and returns all that
// they need: as it is known from before, where Nix agrees that they are valid.
func (b *building) secure(ctx context.Context, valid []string) (objects map[string]object, err error) {
	if len(valid) == 0 {
		return nil, nil
	}
	held := make(chan error, 1)
	go func() { held <- b.e.roots.hold(ctx, b.e.run, valid) }()
	objects, unknown := map[string]object{}, valid
	if b.e.roots.protects() {
		unknown = slices.DeleteFunc(slices.Clone(valid), func(p string) bool { return b.e.knownClosure(p, objects) })
	}
	more, err := b.e.closures(ctx, nil, unknown)
	maps.Copy(objects, more)
	if err = cmp.Or(<-held, err); err == nil {
		b.e.keepClosures(unknown, more)
	}
	return objects, err
}

// recall answers for the systems that this Engine has built before and holds.
func (b *building) recall() {
	for _, path := range b.open() {
		if closure, ok := b.e.roots.kept(path); ok && b.e.lies(path) { // somebody may delete what is held
			b.end(path, closure, func(engine.System) error { return nil })
		}
	}
}

// record describes a built system. Where its files cannot be read the record
// says why.
func (e *Engine) record(c engine.Closure) engine.Record {
	r, err := record.Local(e.opts.StoreRoot, c.System, c.Objects)
	if err != nil {
		return record.New(c.System, c.Objects, nil, err.Error())
	}
	return r
}
