package nix

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
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
// is known for the repository as it is, is not asked again; why something could
// not be known is, since it may be the network.
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
		e.keepSupplies(ctx, repo, key, missing, fresh.whole)
		maps.Copy(known, fresh.all)
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
func (e *Engine) keepSupplies(ctx context.Context, repo *repository, key string, asked []engine.SupplyQuestion, fresh map[string]engine.Supply) {
	if len(fresh) == 0 || !e.unchanged(ctx, repo) {
		return
	}
	e.cache.mu.Lock()
	defer e.cache.mu.Unlock()
	all := map[string]engine.Supply{}
	e.cache.get("supply", key, &all)
	maps.Copy(all, fresh)
	e.cache.put("supply", key, all)
	e.keepFormer(repo, asked, fresh)
}

// supplyKey names the question about one package.
func supplyKey(q engine.SupplyQuestion, pkg string) string {
	text, _ := json.Marshal([]any{q.Machine, pkg, q.Channels, q.Layers, q.Exported})
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

// supplies are answers by supplyKey.
type supplies struct {
	all    map[string]engine.Supply
	whole  map[string]engine.Supply // those of which Nix has said all that was asked
	absent []string                 // machines that are not in the set where they were looked for
}

// supplies asks Nix.
func (e *Engine) supplies(ctx context.Context, repo *repository, questions []engine.SupplyQuestion, watch func(engine.Step)) (*supplies, error) {
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
	out := &supplies{all: map[string]engine.Supply{}, whole: map[string]engine.Supply{}}
	if err := e.suppliesIn(ctx, repo, sets, questions, watch, out); err != nil || len(out.absent) == 0 {
		return out, err
	}
	names, err := e.names(ctx, repo, version) // where the class says, another set may have it
	if err != nil {
		return nil, err
	}
	sets = map[string][]string{}
	for _, m := range out.absent {
		if set := setOf(names, m); set != "" {
			sets[set] = append(sets[set], m)
		}
	}
	return out, e.suppliesIn(ctx, repo, sets, questions, watch, out)
}

// suppliesIn asks about the machines of every set.
func (e *Engine) suppliesIn(ctx context.Context, repo *repository, sets map[string][]string, questions []engine.SupplyQuestion, watch func(engine.Step), out *supplies) error {
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		s := &supplying{e: e, repo: repo, set: set, said: map[string]json.RawMessage{}, failed: map[string]string{}, speaker: &speaker{watch: watch}}
		for _, q := range questions {
			if slices.Contains(sets[set], q.Machine) {
				s.questions = append(s.questions, q)
			}
		}
		if err := s.ask(ctx); err != nil {
			return err
		}
		for i, q := range s.questions {
			if absent, _ := s.absent(strconv.Itoa(i)); absent {
				out.absent = append(out.absent, q.Machine)
			}
			for n, pkg := range q.Packages {
				s.lost = false
				is, key := s.supply(ctx, strconv.Itoa(i), n, q), supplyKey(q, pkg)
				if out.all[key] = is; !s.lost {
					out.whole[key] = is
				}
			}
		}
	}
	return nil
}

// arguments is what supply.nix takes: a package that is answered has no name any
// more, and its steps are left out, so that there is always room for them.
func (s *supplying) arguments(nonce string) string {
	type asked struct {
		Machine  string              `json:"machine"`
		Packages [][]string          `json:"packages"`
		Channels []map[string]string `json:"channels"`
		Layers   bool                `json:"layers"`
		Exported [][]string          `json:"exported"`
	}
	var all []asked
	for i, q := range s.questions {
		a := asked{Machine: q.Machine, Layers: q.Layers, Channels: []map[string]string{}, Exported: [][]string{}}
		for _, names := range q.Exported {
			a.Exported = append(a.Exported, append([]string{}, names...))
		}
		for n, pkg := range q.Packages {
			path := []string{}
			if i > s.question || i == s.question && n >= s.pkg {
				path = strings.Split(pkg, ".")
			}
			a.Packages = append(a.Packages, path)
		}
		for _, c := range q.Channels {
			a.Channels = append(a.Channels, map[string]string{"attribute": c.Attribute})
		}
		all = append(all, a)
	}
	present := fmt.Sprintf("%d/%d/", s.question, s.pkg)
	failed, skip := []string{}, []string{}
	for id := range s.failed {
		if !strings.Contains(id, "/") || strings.HasPrefix(id, present) {
			failed, skip = append(failed, id), append(skip, id)
		}
	}
	for id := range s.said {
		if !strings.Contains(id, "/") || strings.HasPrefix(id, present) {
			skip = append(skip, id)
		}
	}
	text, _ := json.Marshal(map[string]any{"nonce": nonce, "asked": all, "skip": skip, "failed": failed})
	return "builtins.fromJSON " + quote(string(text))
}
