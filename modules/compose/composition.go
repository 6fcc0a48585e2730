// Package compose works out one machine's composition from a module tree:
// which aspects apply and by which way each was reached, the option
// definitions that are statically known with their priorities and places, and
// what they merge to. Nothing here runs Nix; what cannot be known is said to
// be unknown, with its place. The values are plain data, safe to share.
package compose

import (
	"assay/fleet"
	"assay/modules"
)

// Composition is what the tree says about one machine.
type Composition struct {
	Machine string
	System  string // "x86_64-linux"
	Class   fleet.Class
	// Addresses are where the machine is, as the flake says beside its modules.
	Addresses []modules.Address
	address   modules.Address // where it is, of all that is said
	Beside    []fleet.Pos     // files that tools take for the machine's without an import
	Scope     Scope           // the system configuration
	Homes     []Scope         // home-manager users, by name
	Problems  []Problem
}

// Scope is one evaluation of the module system: the machine's own or one
// user's home.
type Scope struct {
	User     string // "" for the machine
	Class    fleet.Class
	At       fleet.Pos // of a home: where it is asked for
	Aspects  []Reached // in the order in which the module system meets them
	Files    []File    // that are modules by themselves, in the order in which they are met
	Foreign  []Foreign // imports from outside of the tree
	Options  []Option  // by path
	Packages []Package // that options list, by name
	Named    []Package // that a program's or service's option names, by name
}

// Reached is an aspect that applies.
type Reached struct {
	Class fleet.Class // of the scope, or "generic"
	Name  string
	Files []fleet.Pos // where it is defined: one aspect may have several contributors
	Way   []Step      // from the registry to the aspect
	// Condition is why it may not apply; "" if it surely does.
	Condition string
}

// Step is one link of a way: "machine cinnabar", "role zerotier/controller",
// "aspect server".
type Step struct {
	Kind string // "machine", "role", "aspect", "home"
	Name string
	At   fleet.Pos // where the link is written
}

// File is a file of the tree that is imported as a module.
type File struct {
	Path      string
	From      string // the aspect that imports it
	At        fleet.Pos
	Condition string // why it may not apply; "" if it surely does
}

// Foreign is an imported module that the tree does not define, such as
// inputs.sops-nix.nixosModules.sops. It may set any option.
type Foreign struct {
	Ref       string // as written; "a module that is not known" where that is not known either
	From      string // the aspect that imports it
	At        fleet.Pos
	Condition string // why it may not apply; "" if it surely does
	Why       string // why nothing is known of it; "" for a module from outside
}

// Option is one option path with every definition that the tree holds.
type Option struct {
	Path        string // "services.openssh.enable"
	Type        string // from the table of types; "" when it is not there
	Definitions []Definition
	Merged      Merged
}

// Definition is one value given to an option.
type Definition struct {
	Value     Value
	Priority  int    // 100 plain, 50 mkForce, 1000 mkDefault, n mkOverride
	Order     int    // 1000 plain, 500 mkBefore, 1500 mkAfter: the place in a merged list
	Condition string // "" always; else the mkIf's condition as written, unknown here
	Aspect    string
	At        fleet.Pos
}

// State says how much is known of a merged option.
type State string

// The states of a merge.
const (
	Known    State = "known"    // Merged.Value is what the module system would give
	Open     State = "unknown"  // the definitions stand, their merge is not known
	Conflict State = "conflict" // definitions that the type cannot merge
	Invalid  State = "invalid"  // a definition that Nix refuses by itself: of the wrong type, or without a value
)

// Merged is what the definitions of an option come to.
type Merged struct {
	State  State
	Value  Value  // valid when State is Known; where it is Conflict or Invalid, its At is the place of the fault
	Winner int    // index of the definition that decides, -1 where several do or none is known
	Reason string // why it is unknown, in conflict or invalid
}

// Value is a static value. Data holds it where it is Known: nil, bool, int64,
// float64, string, []any, map[string]any, or a PackageRef or PathRef among those.
type Value struct {
	Known bool
	Data  any
	Text  string // one line of Nix source for people; always set
	Why   string // why it is not known
	At    fleet.Pos

	changed string // the package that it is made of, see changedPackage; else ""
}

// installs is the package that the value is, as it is or changed; "" for none
// that is known.
func (v *Value) installs() string {
	if ref, ok := v.Data.(PackageRef); ok && v.Known {
		return ref.Name
	}
	return v.changed
}

// PackageRef is a package as a value: pkgs.a.b is "a.b".
type PackageRef struct{ Name string }

// PathRef is a path literal, relative to the fleet's directory.
type PathRef struct{ Path string }

// Package is a package that the configuration installs, or names as what a
// program or service is: services.postgresql.package.
type Package struct {
	Name   string // attribute path below pkgs
	Option string // the option that lists or names it
	Aspect string
	At     fleet.Pos
}

// Problem is an error or a warning of composing, such as an aspect reached
// twice. Its text does not name the machine: the same problem of several
// machines is the same value.
type Problem = fleet.Problem
