package nix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// everySet has them in the order in which a machine is looked for.
var everySet = [...]string{setNixOS, setDarwin, setHive}

// setNames are the names in every set, nil of one that the flake does not have.
type setNames [len(everySet)][]string

// wanted asks for the names.
func (n *setNames) wanted() []output {
	var wanted []output
	for i, set := range everySet {
		wanted = append(wanted, output{set, "builtins.attrNames", &n[i]})
	}
	return wanted
}

// names are those that were asked for, by set, unless errs, which begins with
// theirs, has one that counts: colmena's set may fail.
func (n *setNames) names(errs []error) (map[string][]string, error) {
	names := map[string][]string{}
	for i, set := range everySet {
		switch {
		case errs[i] != nil && set != setHive:
			return nil, errs[i]
		case n[i] != nil:
			names[set] = n[i]
		}
	}
	return names, nil
}

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
	for _, set := range everySet {
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
	var sets setNames
	names, err := sets.names(e.outputs(ctx, r, sets.wanted()))
	if err != nil {
		return nil, err
	}
	e.keepNames(ctx, r, v, names)
	return names, nil
}

func (e *Engine) keepNames(ctx context.Context, r *repository, v runner.Version, names map[string][]string) {
	if e.unchanged(ctx, r) {
		e.cache.put("names", e.key(r, v, "names"), names)
	}
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
