package secrets

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"assay/fleet"
	"assay/secrets/generate"
	"assay/secrets/secret"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// Answers are the answers to a plan's prompts, those of a generator in its
// place by the prompts' names: two machines never share one.
type Answers map[vars.Generator]map[string]Secret

// Made is a generator that was run.
type Made struct {
	Place vars.Generator
	Paths []string // below the fleet's directory, with slashes
}

// RunGenerate runs the steps of a plan that are not blocked, as many at once
// as there are cores, each after those that it depends on, and returns those
// that are done in the order of the plan, also on an error: what depends on a
// failed one does not run, the others do. The files of each appear together,
// so that what was interrupted is completed by planning and running again.
// What another process has made since the plan is left as it is. told is
// called after each, never twice at once; it may be nil.
func RunGenerate(ctx context.Context, store *vars.Store, p GeneratePlan, answers Answers, operator []sops.Identity, told func(Made)) (made []Made, err error) {
	users, err := operatorUsers(store, operator)
	if err != nil {
		return nil, err
	}
	unlock, err := store.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := store.Sweep(); err != nil {
		return nil, err
	}
	r := &runner{store: store, users: users, operator: operator, answers: answers, told: told, steps: map[vars.Generator]*running{}}
	return r.run(ctx, p.Steps)
}

// runner runs the steps of one plan.
type runner struct {
	store    *vars.Store
	users    []string
	operator []sops.Identity
	answers  Answers
	told     func(Made)
	steps    map[vars.Generator]*running
	keys     sync.Mutex // held while a machine's key is made
	mu       sync.Mutex // held while something is told
}

// running is a step that runs. Its fields count when ended is closed.
type running struct {
	Step
	ended chan struct{}
	made  *Made // nil where nothing had to be made, or on err
	err   error
}

func (r *runner) run(ctx context.Context, steps []Step) (made []Made, err error) {
	var order []*running
	for _, s := range steps {
		if s.Blocked == "" {
			one := &running{Step: s, ended: make(chan struct{})}
			r.steps[s.Place] = one
			order = append(order, one)
		}
	}
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, one := range order {
		go func() {
			defer close(one.ended)
			one.err = r.await(ctx, one)
			if one.err != nil {
				return
			}
			slots <- struct{}{}
			defer func() { <-slots }()
			one.made, one.err = r.step(ctx, one.Step)
		}()
	}
	var failed []error
	for _, one := range order {
		<-one.ended
		switch {
		case one.made != nil:
			made = append(made, *one.made)
		case one.err != nil && !errors.Is(one.err, errNeeded):
			failed = append(failed, fmt.Errorf("%s: %w", one.Place.Dir(), one.err))
		}
	}
	if ctx.Err() != nil { // the same for each
		return made, ctx.Err()
	}
	return made, errors.Join(failed...)
}

// errNeeded is a step of which one that it needs has failed.
var errNeeded = errors.New("what it needs was not made")

// await waits until everything is made that the step needs.
func (r *runner) await(ctx context.Context, one *running) error {
	for _, need := range one.needs {
		before := r.steps[need]
		if before == nil {
			continue
		}
		<-before.ended
		if before.err != nil {
			return errNeeded
		}
	}
	return ctx.Err()
}

// step runs one step, unless there is nothing to do any more.
func (r *runner) step(ctx context.Context, s Step) (*Made, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !s.Asked && !slices.ContainsFunc(s.needs, func(need vars.Generator) bool { return r.steps[need] != nil && r.steps[need].made != nil }) {
		now := &node{place: s.Place, by: s.by}
		now.judge(r.store)
		switch {
		case now.unread != nil:
			return nil, now.unread
		case now.reason == "":
			return nil, nil // another process has made it
		}
	}
	make := r.make
	if s.Completes != nil {
		make = r.complete
	}
	m, err := make(ctx, s)
	if err != nil {
		return nil, err
	}
	if r.told != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.told(m)
	}
	return &m, nil
}

// make runs a generator and writes all of its files.
func (r *runner) make(ctx context.Context, step Step) (Made, error) {
	in, err := r.input(step)
	if err != nil {
		return Made{}, err
	}
	defer wipeInput(in)
	outputs, err := step.Recipe.Generator.Generate(ctx, in)
	if err != nil {
		return Made{}, err
	}
	made := Made{Place: step.Place}
	var files []vars.File
	for _, o := range outputs {
		defer o.Content.Wipe()
		d := step.Declared.File(o.Name)
		if d == nil {
			continue // the generator can make more than is wanted
		}
		f := vars.File{Name: o.Name}
		if d.Secret.Value {
			if f.Access, err = r.access(step, o.Name, d.Deploy.Value, &made); err != nil {
				return Made{}, err
			}
			f.Secret = o.Content
		} else {
			f.Public = o.Content.Bytes()
		}
		files = append(files, f)
	}
	hash, err := vars.Hash(step.Declared.Validation)
	if err != nil {
		return Made{}, err
	}
	if err := r.store.Make(step.Place, files, hash); err != nil {
		return Made{}, err
	}
	made.Paths = append(made.Paths, step.Place.Dir())
	return made, nil
}

// input are the files of what the step needs, decrypted, and the answers.
func (r *runner) input(step Step) (generate.Input, error) {
	in := generate.Input{Dependencies: map[string]generate.Contents{}, Answers: r.answers[step.Place]}
	for _, need := range step.needs {
		files, err := contentsOf(r.store, need, r.operator)
		if err != nil {
			wipeInput(in)
			return in, err
		}
		in.Dependencies[need.Name] = files
	}
	return in, nil
}

// wipeInput forgets the files, not the answers, which are the caller's.
func wipeInput(in generate.Input) {
	for _, files := range in.Dependencies {
		files.Wipe()
	}
}

// access is who reads a secret of the step: the machines where it is deployed,
// the operator, the default groups, and whom its links named before. A machine
// that the step does not make it for keeps it only where it may declare it.
func (r *runner) access(s Step, file string, deploy bool, made *Made) (*vars.Access, error) {
	a := vars.Access{Users: slices.Clone(r.users), Groups: slices.Clone(s.Groups)}
	old, _, err := r.store.Linked(s.Place.Var(file))
	if err != nil {
		return nil, err
	}
	a.Users, a.Groups = append(a.Users, old.Users...), append(a.Groups, old.Groups...)
	for _, m := range old.Machines {
		if deploy && slices.ContainsFunc(s.by, func(g *fleet.Generator) bool { return g.Machine == m }) {
			a.Machines = append(a.Machines, m)
		}
	}
	if deploy {
		a.Machines = append(a.Machines, s.Machines...)
	}
	if err := r.store.CheckReaders(s.Place.Var(file), a); err != nil {
		return nil, err
	}
	if deploy {
		if err := r.machineKeys(s, made); err != nil {
			return nil, err
		}
	}
	for _, names := range []*[]string{&a.Users, &a.Machines, &a.Groups} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return &a, nil
}

// machineKeys makes the keys that machines of the step lack.
func (r *runner) machineKeys(s Step, made *Made) error {
	r.keys.Lock()
	defer r.keys.Unlock()
	for _, m := range s.Machines {
		_, err := r.store.MachineKeys(m)
		if _, make := r.store.AddMachineKey(m, vars.Access{Users: r.users, Groups: s.Groups}, r.operator); make != nil {
			return make
		}
		if err != nil { // it is new
			made.Paths = append(made.Paths, "sops/machines/"+m, "sops/secrets/"+m+"-age.key")
		}
	}
	return nil
}

// contentsOf reads all files of a generator, secrets decrypted.
func contentsOf(store *vars.Store, g vars.Generator, operator []sops.Identity) (generate.Contents, error) {
	found, err := store.Files(g)
	if err != nil {
		return nil, err
	}
	out := generate.Contents{}
	for _, v := range found {
		var content secret.Value
		if v.Secret {
			content, err = store.Secret(v.ID, operator)
		} else {
			var text []byte
			text, err = store.Public(v.ID)
			content = secret.New(text)
		}
		if err != nil {
			out.Wipe()
			return nil, fmt.Errorf("it depends on %s: %w", g.Name, err)
		}
		out[v.File] = content
	}
	return out, nil
}
