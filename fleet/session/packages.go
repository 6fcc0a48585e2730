package session

import (
	"context"
	"maps"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/compose"
)

// Package is a package that machines of the fleet install.
type Package struct {
	Name string // attribute path below pkgs
	Uses []PackageUse
}

// PackageUse is one place by which a machine installs a package, or names it as
// what a program or service is.
type PackageUse struct {
	Machine string
	User    string // "" for the machine itself
	Option  string // "environment.systemPackages"
	Aspect  string
	At      fleet.Pos
	As      string // "stable.ripgrep": out of a channel, past the layers; "" by its own name
}

// Packages returns every package that a machine installs or a layer defines,
// by name; the latter may have no uses. Machines whose composition has an
// error count with what it still shows.
func (s *Session) Packages(ctx context.Context) ([]Package, error) {
	if _, err := s.Repo.Tree(); err != nil {
		return nil, err
	}
	found, err := s.packageUses(ctx)
	if err != nil {
		return nil, err
	}
	uses := map[string][]PackageUse{}
	for _, use := range found {
		uses[use.name] = append(uses[use.name], use.PackageUse)
		if pkg := s.outOfChannel(use); pkg != "" {
			use.As = use.name
			uses[pkg] = append(uses[pkg], use.PackageUse)
		}
	}
	stack := s.Repo.Stack()
	for _, system := range stack.Systems() {
		for _, layer := range stack.Layers(system) {
			for _, entry := range layer.Entries {
				if _, ok := uses[entry.Package]; !ok {
					uses[entry.Package] = nil
				}
			}
		}
	}
	out := make([]Package, 0, len(uses))
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		out = append(out, Package{Name: name, Uses: uses[name]})
	}
	return out, nil
}

type namedUse struct {
	name string
	PackageUse
}

// outOfChannel is the package that a use takes out of a channel by the channel's
// name; "" where it takes none so.
func (s *Session) outOfChannel(use namedUse) string {
	m := s.Fleet().Machine(use.Machine)
	if m == nil || !strings.Contains(use.name, ".") {
		return ""
	}
	for _, c := range s.Repo.Stack().On(m.Name).ChannelsOn(m.System) {
		if pkg, ok := strings.CutPrefix(use.name, attributeOf(c)+"."); ok {
			return pkg
		}
	}
	return ""
}

func packageUses(c compose.Composition) []namedUse {
	var out []namedUse
	for _, scope := range scopes(c) {
		for _, p := range slices.Concat(scope.Packages, scope.Named) {
			out = append(out, namedUse{p.Name, PackageUse{
				Machine: c.Machine, User: scope.User, Option: p.Option, Aspect: p.Aspect, At: p.At,
			}})
		}
	}
	return out
}
