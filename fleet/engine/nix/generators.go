package nix

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"assay/fleet/engine"
)

var _ engine.Declarer = (*Engine)(nil)

// generatorsBody is what a machine is asked about its generators.
//
//go:embed generators.nix
var generatorsBody string

// Declared asks for the generators that the machines declare, several machines
// in a process. What is known for the repository as it is, is not asked again.
// An error of a machine is an *EvalError, unless Nix could not be asked.
func (e *Engine) Declared(ctx context.Context, machines []string, watch func(engine.Step), done func(machine string, d engine.Declared, err error)) {
	g := &generators{e: e, speaker: &speaker{watch: watch}, done: done, left: map[string]bool{}, known: map[string]engine.Declared{}}
	for _, m := range machines {
		g.left[m] = true
	}
	err := g.ask(ctx, machines)
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case err == nil:
		err = errors.New("no answer of Nix came")
	}
	for _, m := range machines {
		g.fail(m, err)
	}
}

// generators is one asking for the generators of machines.
type generators struct {
	e    *Engine
	repo *repository
	*speaker

	mu    sync.Mutex
	done  func(machine string, d engine.Declared, err error)
	left  map[string]bool // machines without an answer
	known map[string]engine.Declared
	more  bool // something has become known
}

func (g *generators) ask(ctx context.Context, machines []string) (err error) {
	if g.repo, err = g.e.look(ctx); err != nil {
		return err
	}
	version, err := g.e.run.Version(ctx) // known by now
	if err != nil {
		return err
	}
	key := g.e.key(g.repo, version, "generators", generatorsBody)
	g.e.cache.get("generators", key, &g.known)
	var missing []string
	for _, m := range machines {
		if d, ok := g.known[m]; ok {
			g.tell(m, d, nil)
		} else {
			missing = append(missing, m)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if n := len(g.repo.untracked); n > 0 {
		g.say(engine.Step{Kind: engine.StepLog, Text: untrackedWarning(g.repo.untracked)})
	}
	g.e.sources(ctx, g.repo) // for the places of generators
	sets, err := g.e.sets(ctx, g.repo, version, missing)
	if err != nil {
		return err
	}
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		q := queue{e: g.e, repo: g.repo, set: set, body: generatorsBody, cost: g.repo.dir + "#generators", say: g.say, got: g.got,
			save: func(context.Context, map[string]json.RawMessage) {}, fail: g.fail,
			absent: func(set, machine string) { g.fail(machine, fmt.Errorf("%s does not have it", set)) }}
		q.run(ctx, sets[set])
	}
	if g.more && g.e.unchanged(ctx, g.repo) {
		g.e.cache.put("generators", key, g.known)
	}
	return nil
}

func (g *generators) got(machine string, is json.RawMessage) {
	d, err := readGenerators(is, func(file string) string {
		name, _ := g.repo.mapped(file, g.repo.source)
		return name
	})
	if err != nil {
		g.fail(machine, fmt.Errorf("what Nix says of its generators: %w", err))
		return
	}
	g.mu.Lock()
	g.known[machine], g.more = d, true
	g.mu.Unlock()
	g.tell(machine, d, nil)
}

func (g *generators) fail(machine string, err error) { g.tell(machine, engine.Declared{}, err) }

// tell answers for a machine, once.
func (g *generators) tell(machine string, d engine.Declared, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left[machine] {
		g.left[machine] = false
		g.done(machine, d, err)
	}
}

// saidGenerators is the answer to generatorsBody; a list of none threw.
type saidGenerators struct {
	Groups     []string `json:"groups"`
	Generators map[string]struct {
		engine.Generator
		Tools      [][]string        `json:"tools"`
		Script     []string          `json:"script"`
		Validation []json.RawMessage `json:"validation"`
	} `json:"generators"`
	Places [][]struct {
		File  string   `json:"file"`
		Names []string `json:"names"`
	} `json:"places"`
}

// readGenerators decodes an answer; mapped returns a file of the flake for one
// that Nix names, "" for others.
func readGenerators(is json.RawMessage, mapped func(file string) string) (engine.Declared, error) {
	var said *saidGenerators
	if err := json.Unmarshal(is, &said); err != nil || said == nil {
		return engine.Declared{}, err
	}
	d := engine.Declared{Option: true, Groups: said.Groups, Generators: map[string]engine.Generator{}}
	at := map[string]string{}
	for _, places := range said.Places {
		for _, p := range places {
			file, _, _ := strings.Cut(p.File, ", via option ")
			if file = mapped(file); file == "" {
				continue
			}
			for _, name := range p.Names {
				if at[name] == "" {
					at[name] = file
				}
			}
		}
	}
	for name, s := range said.Generators {
		g := s.Generator
		g.At = at[name]
		if len(s.Tools) > 0 {
			g.Tools = &s.Tools[0]
		}
		if len(s.Script) > 0 {
			g.Script = &s.Script[0]
		}
		if len(s.Validation) > 0 {
			g.Validation = s.Validation[0]
		}
		d.Generators[name] = g
	}
	return d, nil
}
