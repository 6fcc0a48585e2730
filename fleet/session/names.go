package session

import (
	"context"

	"assay/overlay"
)

// Names returns the names of all packages that are known: those that machines
// install, those that layers define, and those that the channels hold of which
// there is an index.
func (s *Session) Names(ctx context.Context) (*overlay.Names, error) {
	packages, err := s.Packages(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range packages {
		names = append(names, packages[i].Name)
	}
	return overlay.NewNames(append(names, s.Stack().Names()...)), ctx.Err()
}

// Uses returns the places by which machines of the fleet install a package, or
// name it as what a program or service is, in the fleet's order: the machines
// that a change of the package affects as far as files tell it. Those that take
// it out of a channel, past the layers, say so. A package that another one
// needs, or that a module takes by itself, is not seen.
func (s *Session) Uses(ctx context.Context, pkg string) ([]PackageUse, error) {
	if _, err := s.Repo.Tree(); err != nil {
		return nil, err
	}
	found, err := s.packageUses(ctx)
	if err != nil {
		return nil, err
	}
	var uses []PackageUse
	for _, use := range found {
		switch {
		case use.name == pkg:
			uses = append(uses, use.PackageUse)
		case s.outOfChannel(use) == pkg:
			use.As = use.name
			uses = append(uses, use.PackageUse)
		}
	}
	return uses, nil
}
