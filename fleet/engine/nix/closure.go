package nix

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"

	"assay/fleet/engine"
)

// object is what Nix says of one valid store path.
type object struct {
	NarSize    int64    `json:"narSize"`
	References []string `json:"references"`
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

// readInfo reads the answer of `nix path-info --json` into objects, in each
// of its shapes: a list whose elements have a path (2.8), an object keyed by
// path (2.19), the same below "info", where paths may stand without their
// directory (formats of 2.33 and later).
func readInfo(text []byte, objects map[string]object) error {
	text = bytes.TrimSpace(text)
	if bytes.HasPrefix(text, []byte("[")) {
		var list []struct {
			Path string `json:"path"`
			object
		}
		if err := json.Unmarshal(text, &list); err != nil {
			return fmt.Errorf("nix path-info: %w", err)
		}
		for _, o := range list {
			objects[o.Path] = o.object
		}
		return nil
	}
	var keyed map[string]json.RawMessage
	if err := json.Unmarshal(text, &keyed); err != nil {
		return fmt.Errorf("nix path-info: %w", err)
	}
	dir := "/nix/store"
	if info, ok := keyed["info"]; ok {
		if d, ok := keyed["storeDir"]; ok {
			if err := json.Unmarshal(d, &dir); err != nil {
				return fmt.Errorf("nix path-info: %w", err)
			}
		}
		keyed = nil
		if err := json.Unmarshal(info, &keyed); err != nil {
			return fmt.Errorf("nix path-info: %w", err)
		}
	}
	for p, raw := range keyed {
		var o *object
		if err := json.Unmarshal(raw, &o); err != nil {
			return fmt.Errorf("nix path-info: %s: %w", p, err)
		}
		if o == nil { // not valid
			continue
		}
		for i, r := range o.References {
			o.References[i] = inStore(dir, r)
		}
		objects[inStore(dir, p)] = *o
	}
	return nil
}

func inStore(dir, p string) string {
	if path.IsAbs(p) {
		return p
	}
	return path.Join(dir, p)
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
