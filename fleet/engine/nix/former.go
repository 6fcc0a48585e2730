package nix

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/runner"
)

// former is an answer about a package as it is kept for later states of the
// flake, under its question.
type former struct {
	Question string        `json:"question"` // of supplyKey
	Supply   engine.Supply `json:"supply"`
	At       time.Time     `json:"at"`
	State    string        `json:"state"` // of the flake, see supplyState
	Lock     string        `json:"lock"`  // hash of flake.lock
	Layers   bool          `json:"layers"`
}

// mostFormer is how many answers are kept of one flake.
const mostFormer = 500

// FormerSupplies asks git what the repository is now, and nobody else.
func (e *Engine) FormerSupplies(ctx context.Context) ([]engine.FormerSupply, error) {
	repo, err := e.tree(ctx)
	if err != nil {
		return nil, err
	}
	state, lock := e.supplyState(repo), e.lockHash()
	var out []engine.FormerSupply
	for _, f := range e.formers() {
		out = append(out, engine.FormerSupply{Supply: f.Supply, At: f.At, Asked: f.Layers, Current: f.State == state, Locked: f.Lock == lock})
	}
	return out, nil
}

// keepFormer keeps answers to questions as those of now. The caller holds the
// cache's lock.
func (e *Engine) keepFormer(repo *repository, questions []engine.SupplyQuestion, fresh map[string]engine.Supply) {
	state, lock, now := e.supplyState(repo), e.lockHash(), time.Now()
	all := slices.DeleteFunc(e.formers(), func(f former) bool { _, again := fresh[f.Question]; return again })
	for _, q := range questions {
		for _, pkg := range q.Packages {
			question := supplyKey(q, pkg)
			if is, ok := fresh[question]; ok {
				all = append(all, former{question, is, now, state, lock, q.Layers})
			}
		}
	}
	slices.SortFunc(all, func(a, b former) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(a.Question, b.Question))
	})
	e.cache.put("former", e.flakeKey(), all[:min(len(all), mostFormer)])
}

// formers are the answers that are kept.
func (e *Engine) formers() []former {
	var all []former
	if !e.cache.get("former", e.flakeKey(), &all) {
		return nil
	}
	return all
}

// flakeKey names the flake, whatever it holds.
func (e *Engine) flakeKey() string {
	sum := sha256.Sum256([]byte(e.opts.Origin))
	return hex.EncodeToString(sum[:])[:40]
}

// supplyState is what an answer depends on but for the version of Nix, which
// is not asked for here.
func (e *Engine) supplyState(repo *repository) string {
	return e.key(repo, runner.Version{}, "supply", supplyText)
}

// lockHash tells flake.lock as it is now from others; "" without one.
func (e *Engine) lockHash() string {
	text, err := os.ReadFile(filepath.Join(e.opts.Dir, "flake.lock"))
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
