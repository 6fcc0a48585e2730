package nix

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/nixlog"
	"assay/fleet/engine/nix/record"
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
		err = errors.New("Nix ended well and did not build it")
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
	version, err := b.e.run.Version(ctx)
	if err != nil {
		return err
	}
	if err := b.settle(ctx, b.open()); err != nil {
		return err
	}
	var derivations []string
	outputs := map[string]string{} // store path by derivation
	for _, path := range b.open() {
		s := b.left[path][0]
		if s.Derivation == "" {
			b.fail(path, fmt.Errorf("%s is no longer in the store, and what built it is not known; hint: make a new plan", path))
			continue
		}
		if b.elsewhere(path) {
			continue
		}
		outputs[s.Derivation] = path
		derivations = append(derivations, s.Derivation)
	}
	if len(derivations) == 0 {
		return nil
	}
	owners, err := b.owners(ctx, derivations)
	if err != nil {
		return err
	}
	view := nixlog.NewView(owners, b.say)
	follower := view.Follow()
	finished := newFinished(outputs)
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		for paths := range finished.batches() {
			_ = b.settle(ctx, paths) // what is not yet valid is asked for again at the end
		}
	}()
	installables := make([]string, len(derivations))
	for i, d := range derivations {
		installables[i] = version.Outputs(d)
	}
	c := b.e.nix(append([]string{"build", "--no-link", "--keep-going", "--log-format", "internal-json"}, installables...)...)
	c.Stderr = writer(func(line []byte) {
		_, _ = follower.Write(line)
		finished.read(line)
	})
	built := b.e.run.Run(ctx, c)
	follower.Close()
	finished.close()
	<-settled
	if ctx.Err() != nil {
		return built
	}
	if err := b.settle(ctx, b.open()); err != nil {
		return err
	}
	b.blame(follower, owners, built)
	return nil
}

// settle answers for those of the paths that are valid.
func (b *building) settle(ctx context.Context, paths []string) error {
	invalid, err := b.e.invalid(ctx, paths)
	if err != nil {
		return err
	}
	valid := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return invalid[p] })
	if len(valid) == 0 {
		return nil
	}
	if err := b.e.roots.hold(ctx, b.e.run, valid); err != nil {
		return err
	}
	objects, err := b.e.closures(ctx, "", nil, valid)
	if err != nil {
		return err
	}
	for _, path := range valid {
		closure, err := closureOf(path, objects)
		if err == nil {
			closure.Record = b.e.record(closure)
		}
		b.end(path, closure, func(engine.System) error { return err })
	}
	return nil
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

// finished reads from Nix's log which systems' builds have ended.
type finished struct {
	outputs map[string]string // store path by derivation
	running map[uint64]string // store path by activity
	wake    chan struct{}
	mu      sync.Mutex
	paths   []string
}

func newFinished(outputs map[string]string) *finished {
	return &finished{outputs: outputs, running: map[uint64]string{}, wake: make(chan struct{}, 1)}
}

func (f *finished) read(line []byte) {
	if !bytes.Contains(line, []byte(`"stop"`)) && !bytes.Contains(line, []byte(`"type":105`)) {
		return
	}
	r, ok := nixlog.Decode(line)
	switch {
	case !ok:
	case r.Action == nixlog.Start && r.Type == nixlog.Build:
		if path := f.outputs[r.String(0)]; path != "" {
			f.running[r.ID] = path
		}
	case r.Action == nixlog.Stop && f.running[r.ID] != "":
		f.mu.Lock()
		f.paths = append(f.paths, f.running[r.ID])
		f.mu.Unlock()
		delete(f.running, r.ID)
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}

func (f *finished) close() { close(f.wake) }

// batches gives what has ended, all of it together, until close.
func (f *finished) batches() func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for range f.wake {
			f.mu.Lock()
			paths := f.paths
			f.paths = nil
			f.mu.Unlock()
			if len(paths) > 0 && !yield(paths) {
				return
			}
		}
	}
}

// elsewhere fails a system that is to be built on another machine, which is
// not known here yet.
func (b *building) elsewhere(path string) bool {
	if b.e.opts.Builder == nil {
		return false
	}
	where := b.e.opts.Builder(b.left[path][0].Machine)
	if where == "" || where == "local" {
		return false
	}
	b.fail(path, fmt.Errorf("build = %q is not possible yet; hint: name the machine in Nix's builders", where))
	return true
}

// BuildError is why a system could not be built.
type BuildError struct {
	Machine  string
	Failures []nixlog.Failure // the causes first; none where Nix did not say which
	Said     string           // what Nix said last, where there are no failures
}

func (e *BuildError) Error() string {
	if len(e.Failures) == 0 {
		return "the build failed: " + e.Said
	}
	f := e.Failures[0]
	s := storeName(f.Derivation) + " could not be built"
	switch {
	case len(f.Lines) > 0:
		s += ": " + f.Lines[len(f.Lines)-1]
	case f.Message != "":
		s += ": " + oneLine(f.Message)
	}
	if n := len(e.Failures) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	if len(f.Lines) > 0 {
		s += "; hint: nix log " + f.Derivation
	}
	return s
}

// storeName is the name in a store path, without ".drv".
func storeName(path string) string {
	name := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".drv")
	if len(name) > 33 && name[32] == '-' {
		return name[33:]
	}
	return name
}
