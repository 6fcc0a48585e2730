package nix

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"assay/fleet/engine"
)

var _ engine.Refiner = (*Engine)(nil)

// kinds are outputs that hold modules, and standalone homes. Asked for are
// their names only, so that no module is evaluated.
var kinds = []string{"modules", "nixosModules", "darwinModules", "homeModules", "homeManagerModules", "hmModules", "homeConfigurations"}

// namesApply gives the names of a set, and of a set of sets those of each: the
// flake's modules are below their classes.
const (
	namesApply      = `builtins.attrNames`
	namesBelowApply = `s: builtins.mapAttrs (_: c: if builtins.isAttrs c then builtins.attrNames c else [ ]) s`
)

// Outputs asks for the names of modules and of standalone homes, two kinds at
// a time. What fails is in Unknown with Nix's error.
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
	c := &catalogue{e: e, repo: repo, speaker: &speaker{watch: watch}, out: engine.Outputs{Names: map[string][]string{}, Unknown: map[string]string{}}}
	c.ask(ctx)
	if ctx.Err() != nil {
		return engine.Outputs{}, context.Cause(ctx)
	}
	if len(c.out.Unknown) == 0 && e.unchanged(ctx, repo) {
		e.cache.put("outputs", key, c.out)
	}
	return c.out, nil
}

// catalogue is one asking for names.
type catalogue struct {
	e    *Engine
	repo *repository
	*speaker

	mu  sync.Mutex
	out engine.Outputs
}

func (c *catalogue) ask(ctx context.Context) {
	waiting := make(chan string, len(kinds))
	for _, kind := range kinds {
		waiting <- kind
	}
	close(waiting)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for kind := range waiting {
				if ctx.Err() == nil {
					c.one(ctx, kind)
				}
			}
		})
	}
	all.Wait()
}

// one asks for the names of a kind.
func (c *catalogue) one(ctx context.Context, kind string) {
	c.say(engine.Step{Kind: engine.StepEvaluate, What: kind})
	names := map[string][]string{}
	var found bool
	var err error
	if kind == "modules" {
		below := map[string][]string{}
		found, err = c.e.value(ctx, c.repo, kind, namesBelowApply, &below)
		for class, of := range below {
			names[kind+"."+class] = of
		}
	} else {
		var of []string
		found, err = c.e.value(ctx, c.repo, kind, namesApply, &of)
		names[kind] = of
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil:
		c.out.Unknown[kind] = err.Error()
	case found:
		for _, of := range names {
			slices.Sort(of)
		}
		maps.Copy(c.out.Names, names)
	}
}
