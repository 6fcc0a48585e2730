package session

import (
	"context"

	"assay/fleet"
	"assay/modules/compose"
)

// Aspect is one aspect of the tree, seen from both directions.
type Aspect struct {
	Class    fleet.Class
	Name     string
	Files    []Contribution // in the order of the tree's files
	Imports  []AspectImport // as far as they are known without a machine
	UsedBy   []AspectUser   // aspects that import it
	Machines []AspectUse    // in the fleet's order
}

// Contribution is one place that defines an aspect.
type Contribution struct {
	At        fleet.Pos
	Condition string // why it may not apply; "" if it surely does
}

// AspectImport is one element of an aspect's imports.
type AspectImport struct {
	Kind      string      // "aspect", "foreign", "module" (written in place, or a file of the tree) or "unknown"
	Class     fleet.Class // of an aspect
	Name      string      // the aspect, or the module as written
	Condition string
	Why       string // nothing is known of it, and why
	At        fleet.Pos
}

// AspectUser is an aspect that imports another one.
type AspectUser struct {
	Class fleet.Class
	Name  string
	At    fleet.Pos
}

// AspectUse is a machine, or a home on it, that an aspect applies to.
type AspectUse struct {
	Machine string
	User    string // "" for the machine itself
	Way     []compose.Step
}

// Aspects returns every aspect of the tree, by class and name. Machines whose
// composition has an error count with what it still shows.
func (s *Session) Aspects(ctx context.Context) ([]Aspect, error) { panic("to come") }

// Package is a package that machines of the fleet install.
type Package struct {
	Name string // attribute path below pkgs
	Uses []PackageUse
}

// PackageUse is one place by which a machine installs a package.
type PackageUse struct {
	Machine string
	User    string // "" for the machine itself
	Option  string // "environment.systemPackages"
	Aspect  string
	At      fleet.Pos
}

// Packages returns every package that a machine installs or a layer defines,
// by name; the latter may have no uses.
func (s *Session) Packages(ctx context.Context) ([]Package, error) { panic("to come") }
