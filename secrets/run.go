package secrets

import (
	"context"
	"errors"
	"fmt"
	"slices"

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

// RunGenerate runs the steps of a plan that are not blocked, one after the
// other, and returns those that are done, also on an error. The files of each
// appear together, so that what was interrupted is completed by planning and
// running again. told is called after each; it may be nil.
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
	for _, step := range p.Steps {
		if err := ctx.Err(); err != nil {
			return made, err
		}
		if step.Blocked != "" {
			continue
		}
		m, err := runStep(ctx, store, step, answers[step.Place], users, operator)
		if err != nil {
			return made, fmt.Errorf("%s: %w", step.Place.Dir(), err)
		}
		made = append(made, m)
		if told != nil {
			told(m)
		}
	}
	return made, nil
}

func runStep(ctx context.Context, store *vars.Store, step Step, answers map[string]Secret, users []string, operator []sops.Identity) (Made, error) {
	in := generate.Input{Dependencies: map[string]generate.Contents{}, Answers: answers}
	for _, need := range step.needs {
		files, err := contentsOf(store, need, operator)
		if err != nil {
			return Made{}, err
		}
		defer files.Wipe()
		in.Dependencies[need.Name] = files
	}
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
			if f.Access, err = step.access(store, o.Name, d.Deploy.Value, users, operator, &made); err != nil {
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
	if err := store.Make(step.Place, files, hash); err != nil {
		return Made{}, err
	}
	made.Paths = append(made.Paths, step.Place.Dir())
	return made, nil
}

// access is who reads a secret of the step: the machines where it is deployed,
// the operator, the default groups, and whom its links named before.
func (s Step) access(store *vars.Store, file string, deploy bool, users []string, operator []sops.Identity, made *Made) (*vars.Access, error) {
	a := vars.Access{Users: slices.Clone(users), Groups: slices.Clone(s.Groups)}
	readers, _, err := store.Readers(s.Place.Var(file))
	if err != nil {
		return nil, err
	}
	for _, r := range readers {
		switch {
		case r.Via != "":
			a.Groups = append(a.Groups, r.Via)
		case r.Kind == "user":
			a.Users = append(a.Users, r.Name)
		}
	}
	if deploy {
		for _, m := range s.Machines {
			_, err := store.MachineKeys(m)
			if _, make := store.AddMachineKey(m, vars.Access{Users: users, Groups: s.Groups}, operator); make != nil {
				return nil, make
			}
			if err != nil { // it is new
				made.Paths = append(made.Paths, "sops/machines/"+m, "sops/secrets/"+m+"-age.key")
			}
		}
		a.Machines = slices.Clone(s.Machines)
	}
	for _, names := range []*[]string{&a.Users, &a.Machines, &a.Groups} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return &a, nil
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
