package secrets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/secrets/generate"
	"assay/secrets/vars"
)

// errComplete is a rest that does not belong to what is there.
var errComplete = errors.New("the missing files cannot be worked out from those that are there; hint: restore them from version control, or --regenerate")

// completes are the files of a generator that can be worked out from those
// that are there; nil where some cannot: the public half of an SSH key, and
// what follows from prompts alone, all of whose answers are kept.
func completes(g *fleet.Generator, there []string, r generate.Recipe) []string {
	has := func(name string) bool { return slices.Contains(there, name) }
	var missing []string
	for _, f := range g.Files {
		if !has(f.Name) {
			missing = append(missing, f.Name)
		}
	}
	if !slices.ContainsFunc(missing, func(name string) bool { return !publicHalf(g, name) || !has(strings.TrimSuffix(name, ".pub")) }) {
		return missing
	}
	runs := r.Way == generate.ByBuiltin || r.Way == generate.ByPrompt
	if !runs || len(g.Prompts) == 0 || slices.ContainsFunc(g.Prompts, func(p fleet.VarPrompt) bool { return !p.Persist || !has(p.Name) }) {
		return nil
	}
	return missing
}

// publicHalf reports whether a file is by its names the public key of another,
// as ssh-keygen writes the two.
func publicHalf(g *fleet.Generator, name string) bool {
	private, ok := strings.CutSuffix(name, ".pub")
	if !ok || g.File(private) == nil {
		return false
	}
	return g.File(private).Secret.Value && !g.File(name).Secret.Value && strings.Contains(name, "id_")
}

// complete writes the missing files of a generator, and touches no other.
func (r *runner) complete(ctx context.Context, step Step) (Made, error) {
	have, err := contentsOf(r.store, step.Place, r.operator)
	if err != nil {
		return Made{}, err
	}
	defer have.Wipe()
	fresh, err := r.rest(ctx, step, have)
	if err != nil {
		return Made{}, err
	}
	defer fresh.Wipe()
	made := Made{Place: step.Place, Paths: []string{step.Place.Dir()}}
	for _, name := range step.Completes {
		d, id := step.Declared.File(name), step.Place.Var(name)
		if !d.Secret.Value {
			err = r.store.SetPublic(id, fresh[name].Bytes())
		} else {
			var access *vars.Access
			if access, err = r.access(step, name, d.Deploy.Value, &made); err == nil {
				err = r.store.SetSecret(id, fresh[name], *access)
			}
		}
		if err != nil {
			return Made{}, err
		}
	}
	return made, nil
}

// rest works out the missing files from those that are there.
func (r *runner) rest(ctx context.Context, step Step, have generate.Contents) (generate.Contents, error) {
	fresh := generate.Contents{}
	for _, name := range step.Completes {
		if private, ok := have[strings.TrimSuffix(name, ".pub")]; ok && publicHalf(step.Declared, name) {
			text, err := generate.HostKeyPublicOf(private)
			if err != nil {
				return nil, err
			}
			fresh[name] = NewSecret(text)
		}
	}
	if len(fresh) == len(step.Completes) {
		return fresh, nil
	}
	return r.again(ctx, step, have)
}

// again runs the generator with the answers that were kept. What it makes
// counts only if it makes what is there too.
func (r *runner) again(ctx context.Context, step Step, have generate.Contents) (generate.Contents, error) {
	in, err := r.input(step)
	if err != nil {
		return nil, err
	}
	defer wipeInput(in)
	in.Answers = map[string]Secret{}
	for _, p := range step.Declared.Prompts {
		in.Answers[p.Name] = have[p.Name]
	}
	outputs, err := step.Recipe.Generator.Generate(ctx, in)
	if err != nil {
		return nil, err
	}
	fresh := generate.Contents{}
	for _, o := range outputs {
		fresh[o.Name] = o.Content
	}
	for name, old := range have {
		if now, ok := fresh[name]; ok && !bytes.Equal(now.Bytes(), old.Bytes()) {
			fresh.Wipe()
			return nil, fmt.Errorf("%s: %w", name, errComplete)
		}
	}
	return fresh, nil
}
