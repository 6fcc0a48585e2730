package nix

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/fleet/engine"
)

var _ engine.Supplier = (*Engine)(nil)

// supplyText is the expression that answers the questions of Supplies.
//
//go:embed supply.nix
var supplyText string

// Supplies asks in one evaluation for each kind of configuration that has some
// of the machines, and once more after each error that Nix cannot catch. What
// is known for the repository as it is, is not asked again.
func (e *Engine) Supplies(ctx context.Context, questions []engine.SupplyQuestion, watch func(engine.Step)) ([]engine.Supply, error) {
	repo, err := e.look(ctx)
	if err != nil {
		return nil, err
	}
	version, err := e.run.Version(ctx) // known by now
	if err != nil {
		return nil, err
	}
	key := e.key(repo, version, "supply", supplyText)
	known := map[string]engine.Supply{}
	e.cache.get("supply", key, &known)
	missing := lacking(questions, known)
	if len(missing) > 0 {
		fresh, err := e.supplies(ctx, repo, missing, watch)
		if err != nil {
			return nil, err
		}
		e.keepSupplies(ctx, repo, key, fresh)
		maps.Copy(known, fresh)
	}
	var out []engine.Supply
	for _, q := range questions {
		for _, pkg := range q.Packages {
			out = append(out, known[supplyKey(q, pkg)])
		}
	}
	return out, nil
}

// keepSupplies keeps the answers, unless the repository has changed meanwhile.
func (e *Engine) keepSupplies(ctx context.Context, repo *repository, key string, fresh map[string]engine.Supply) {
	if !e.unchanged(ctx, repo) {
		return
	}
	e.cache.mu.Lock()
	defer e.cache.mu.Unlock()
	all := map[string]engine.Supply{}
	e.cache.get("supply", key, &all)
	maps.Copy(all, fresh)
	e.cache.put("supply", key, all)
}

// supplyKey names the question about one package.
func supplyKey(q engine.SupplyQuestion, pkg string) string {
	text, _ := json.Marshal([]any{q.Machine, pkg, q.Channels, q.Layers})
	return string(text)
}

// lacking is what of the questions is not known.
func lacking(questions []engine.SupplyQuestion, known map[string]engine.Supply) []engine.SupplyQuestion {
	var out []engine.SupplyQuestion
	for _, q := range questions {
		q.Packages = slices.DeleteFunc(slices.Clone(q.Packages), func(pkg string) bool {
			_, ok := known[supplyKey(q, pkg)]
			return ok
		})
		if len(q.Packages) > 0 {
			out = append(out, q)
		}
	}
	return out
}

// supplies asks Nix.
func (e *Engine) supplies(ctx context.Context, repo *repository, questions []engine.SupplyQuestion, watch func(engine.Step)) (map[string]engine.Supply, error) {
	version, err := e.run.Version(ctx)
	if err != nil {
		return nil, err
	}
	var machines []string
	for _, q := range questions {
		machines = append(machines, q.Machine)
	}
	slices.Sort(machines)
	sets, err := e.sets(ctx, repo, version, slices.Compact(machines))
	if err != nil {
		return nil, err
	}
	out := map[string]engine.Supply{}
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		s := &supplying{e: e, repo: repo, set: set, said: map[string]json.RawMessage{}, failed: map[string]string{}, speaker: &speaker{watch: watch}}
		for _, q := range questions {
			if slices.Contains(sets[set], q.Machine) {
				s.questions = append(s.questions, q)
			}
		}
		if err := s.ask(ctx); err != nil {
			return nil, err
		}
		for i, q := range s.questions {
			for n, pkg := range q.Packages {
				out[supplyKey(q, pkg)] = s.supply(ctx, fmt.Sprint(i), n, q)
			}
		}
	}
	return out, nil
}

// arguments is what supply.nix takes.
func (s *supplying) arguments(nonce string) string {
	type asked struct {
		Machine  string              `json:"machine"`
		Packages [][]string          `json:"packages"`
		Channels []map[string]string `json:"channels"`
		Layers   bool                `json:"layers"`
	}
	var all []asked
	for _, q := range s.questions {
		a := asked{Machine: q.Machine, Layers: q.Layers, Channels: []map[string]string{}}
		for _, pkg := range q.Packages {
			a.Packages = append(a.Packages, strings.Split(pkg, "."))
		}
		for _, c := range q.Channels {
			a.Channels = append(a.Channels, map[string]string{"attribute": c.Attribute})
		}
		all = append(all, a)
	}
	failed := slices.Sorted(maps.Keys(s.failed))
	skip := append(slices.Sorted(maps.Keys(s.said)), failed...)
	if failed == nil {
		failed = []string{}
	}
	if skip == nil {
		skip = []string{}
	}
	text, _ := json.Marshal(map[string]any{"nonce": nonce, "asked": all, "skip": skip, "failed": failed})
	return "builtins.fromJSON " + quote(string(text))
}
