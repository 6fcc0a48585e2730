package nix

import (
	"context"
	"errors"
	"slices"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/runner"
)

// object is what Nix says of one valid store path.
type object struct {
	NarSize    int64
	References []string
}

// infoOutput bounds what nix path-info says, in bytes: about a million paths.
const infoOutput = 1 << 30

// closures asks for all that the paths need, in one call. store is nil for
// Nix's own choice.
func (e *Engine) closures(ctx context.Context, store *store, paths []string) (map[string]object, error) {
	objects := map[string]object{}
	for some := range slices.Chunk(paths, together) {
		c := e.nix(slices.Concat([]string{"path-info", "--recursive", "--size", "--json"}, store.flags(), some)...)
		c.Env = slices.Concat(c.Env, store.environment())
		out, err := e.run.Output(ctx, c, infoOutput)
		if err != nil {
			return nil, err
		}
		if err := readInfo(out, objects); err != nil {
			return nil, err
		}
	}
	return objects, nil
}

// readInfo reads the answer of `nix path-info --json` into objects.
func readInfo(text []byte, objects map[string]object) error {
	list, err := runner.ReadPathInfos(text)
	for _, p := range list {
		objects[p.Path] = object{NarSize: p.NarSize, References: p.References}
	}
	return err
}

// closureOf returns what system needs, references first. References may form
// no circle but to themselves.
func closureOf(system string, objects map[string]object) (engine.Closure, error) {
	closure := engine.Closure{System: system}
	seen := map[string]bool{}
	type frame struct {
		path string
		next int
	}
	stack := []frame{{path: system}}
	seen[system] = true
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		o, ok := objects[top.path]
		if !ok {
			return closure, errors.New("nix does not say what " + top.path + " is")
		}
		if top.next < len(o.References) {
			r := o.References[top.next]
			top.next++
			if !seen[r] {
				seen[r] = true
				stack = append(stack, frame{path: r})
			}
			continue
		}
		closure.Objects = append(closure.Objects, engine.Object{Path: top.path, NarSize: o.NarSize})
		stack = stack[:len(stack)-1]
	}
	return closure, nil
}
