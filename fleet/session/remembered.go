package session

import (
	"context"
	"time"

	"assay/overlay"
)

// Remembered is what Nix said of a package at some time.
type Remembered struct {
	overlay.Evaluated
	At      time.Time // when Nix was asked
	Current bool      // the flake is as it was then
	Locked  bool      // flake.lock is as it was then
}

// NoEvaluation says why EvaluatePackages cannot ask; "" where it can.
func (s *Session) NoEvaluation() string {
	if _, err := s.supplier(); err != nil {
		return err.Error()
	}
	return ""
}

// Remembered returns what Nix has said of packages, with their layers, when it
// was last asked about them: one answer for each package and system, the newest
// first. Nix is not started. Nothing is remembered where it cannot be asked.
func (s *Session) Remembered(ctx context.Context) ([]Remembered, error) {
	return s.remembered(ctx, true)
}

// remembered is Remembered, also of answers without layers unless they are asked
// for.
func (s *Session) remembered(ctx context.Context, layers bool) ([]Remembered, error) {
	nix, err := s.supplier()
	if err != nil {
		return nil, nil
	}
	kept, err := nix.FormerSupplies(ctx)
	if err != nil {
		return nil, err
	}
	var out []Remembered
	seen := map[[2]string]bool{}
	for i := range kept {
		k := &kept[i]
		m := s.Fleet().Machine(k.Machine)
		if layers && !k.Asked || m == nil || s.machineOf(m.System) != m || seen[[2]string{k.Package, m.System}] {
			continue
		}
		seen[[2]string{k.Package, m.System}] = true
		out = append(out, Remembered{s.evaluated(&k.Supply, k.Asked), k.At, k.Current, k.Locked})
	}
	return out, nil
}
