package nix

import (
	"context"
	"slices"
	"strings"

	"assay/fleet/engine"
)

var _ engine.Refiner = (*Engine)(nil)

// kinds are outputs that hold modules, and standalone homes, which may be among
// the packages instead. Asked for are their names only, so that no module is
// evaluated.
var kinds = []string{"nixosModules", "darwinModules", "homeModules", "homeManagerModules", "hmModules", kindHomes}

const (
	kindByClass = "modules" // holds modules below their classes
	kindHomes   = "homeConfigurations"
)

// namesApply gives the names of a set, and of a set of sets those of each.
const (
	namesApply      = `builtins.attrNames`
	namesBelowApply = `s: builtins.mapAttrs (_: c: if builtins.isAttrs c then builtins.attrNames c else [ ]) s`
)

// Outputs asks for the names of modules and of standalone homes. What fails is in
// Unknown with Nix's error.
func (e *Engine) Outputs(ctx context.Context, watch func(engine.Step)) (engine.Outputs, error) {
	repo, err := e.look(ctx)
	if err != nil {
		return engine.Outputs{}, err
	}
	version, err := e.run.Version(ctx) // known by now
	if err != nil {
		return engine.Outputs{}, err
	}
	key := e.key(repo, version, "outputs", namesApply, namesBelowApply, strings.Join(kinds, " "))
	var known engine.Outputs
	if e.cache.get("outputs", key, &known) {
		return known, nil
	}
	(&speaker{watch: watch}).say(engine.Step{Kind: engine.StepEvaluate, What: "the names of modules"})
	out := e.catalogue(ctx, repo)
	if ctx.Err() != nil {
		return engine.Outputs{}, context.Cause(ctx)
	}
	if len(out.Unknown) == 0 && e.unchanged(ctx, repo) {
		e.cache.put("outputs", key, out)
	}
	return out, nil
}

// catalogue asks for the names.
func (e *Engine) catalogue(ctx context.Context, r *repository) engine.Outputs {
	byClass, names := map[string][]string{}, map[string]*[]string{}
	wanted := []output{{kindByClass, namesBelowApply, &byClass}}
	for _, kind := range kinds {
		names[kind] = new([]string)
		wanted = append(wanted, output{kind, namesApply, names[kind]})
	}
	errs := e.outputs(ctx, r, wanted)
	for i, o := range wanted {
		if o.attribute == kindHomes && *names[kindHomes] == nil && errs[i] == nil {
			_, errs[i] = e.value(ctx, r, o) // among the packages
		}
	}
	out := engine.Outputs{Names: map[string][]string{}, Unknown: map[string]string{}}
	for class, of := range byClass {
		out.Names[kindByClass+"."+class] = of
	}
	for kind, of := range names {
		if *of != nil {
			out.Names[kind] = *of
		}
	}
	for _, of := range out.Names {
		slices.Sort(of)
	}
	for i, err := range errs {
		if err != nil {
			out.Unknown[wanted[i].attribute] = err.Error()
		}
	}
	return out
}
