package nix

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"assay/fleet/engine/nix/nixlog"
	"assay/fleet/engine/nix/runner"
)

// The sets of configurations that a flake may have, by class. The last is
// what colmena makes of its hive.
const (
	setNixOS  = "nixosConfigurations"
	setDarwin = "darwinConfigurations"
	setHive   = "colmenaHive.nodes"
)

// sets says in which set each machine is.
func (e *Engine) sets(ctx context.Context, r *repository, v runner.Version, machines []string) (map[string][]string, error) {
	sets := map[string][]string{}
	var ask []string
	for _, m := range machines {
		class := ""
		if e.opts.Class != nil {
			class = e.opts.Class(m)
		}
		switch class {
		case "nixos":
			sets[setNixOS] = append(sets[setNixOS], m)
		case "darwin":
			sets[setDarwin] = append(sets[setDarwin], m)
		default:
			ask = append(ask, m)
		}
	}
	if len(ask) == 0 {
		return sets, nil
	}
	names, err := e.names(ctx, r, v)
	if err != nil {
		return nil, err
	}
	for _, m := range ask {
		set := cmp.Or(setOf(names, m), setNixOS)
		sets[set] = append(sets[set], m)
	}
	return sets, nil
}

// setOf returns the first set that has a machine, "" when none has.
func setOf(names map[string][]string, machine string) string {
	for _, set := range []string{setNixOS, setDarwin, setHive} {
		if slices.Contains(names[set], machine) {
			return set
		}
	}
	return ""
}

// named lists the names of all sets, the first ones of many.
func named(names map[string][]string) string {
	var all []string
	for _, of := range names {
		all = append(all, of...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	const shown = 10
	switch {
	case len(all) == 0:
		return "none"
	case len(all) > shown:
		return strings.Join(all[:shown], ", ") + fmt.Sprintf(" and %d more", len(all)-shown)
	}
	return strings.Join(all, ", ")
}

// names returns the names in every set that the flake has.
func (e *Engine) names(ctx context.Context, r *repository, v runner.Version) (map[string][]string, error) {
	names := map[string][]string{}
	if e.cache.get("names", e.key(r, v, "names"), &names) {
		return names, nil
	}
	var (
		all    sync.WaitGroup
		mu     sync.Mutex
		failed error
	)
	for _, set := range []string{setNixOS, setDarwin, setHive} {
		all.Go(func() {
			var of []string
			found, err := e.value(ctx, r, set, "builtins.attrNames", &of)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil && failed == nil && set != setHive:
				failed = err
			case found:
				names[set] = of
			}
		})
	}
	all.Wait()
	if failed != nil {
		return nil, failed
	}
	e.keepNames(ctx, r, v, names)
	return names, nil
}

func (e *Engine) keepNames(ctx context.Context, r *repository, v runner.Version, names map[string][]string) {
	if e.unchanged(ctx, r) {
		e.cache.put("names", e.key(r, v, "names"), names)
	}
}

// outputOnly has Nix take an attribute for an output: before that it looks among
// the packages of its own system, where there may be a colmena too. There are
// none of this system.
var outputOnly = []string{"--option", "system", "none"}

// value decodes what a function makes of an attribute of the flake, and
// reports whether the flake has it.
func (e *Engine) value(ctx context.Context, r *repository, attribute, apply string, v any, options ...string) (found bool, err error) {
	follower := nixlog.NewView(nil, nil).Follow()
	c := e.flakeCommand(ctx, append([]string{"eval", "--json", "--show-trace", "--log-format", "internal-json", r.url + "#" + attribute, "--apply", apply}, options...)...)
	c.Stderr = follower
	out, err := e.run.Output(ctx, c, 64<<20)
	follower.Close()
	if err == nil {
		return true, json.Unmarshal(out, v)
	}
	if ctx.Err() != nil {
		return false, err
	}
	p := &process{set: attribute, err: err, said: follower.EvalErrors()}
	if p.lacks() {
		return false, nil
	}
	return false, e.explain(ctx, r, p)
}

// lacks reports whether the flake does not have the attribute that was asked
// for.
func (p *process) lacks() bool {
	if _, ok := errors.AsType[*runner.ExitError](p.err); !ok {
		return false
	}
	return slices.ContainsFunc(p.said, func(s nixlog.EvalError) bool {
		return strings.Contains(s.Message, "does not provide attribute")
	})
}
