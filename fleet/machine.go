package fleet

import (
	"slices"
	"strings"
)

// Class is the kind of module system that a configuration is for.
type Class string

// The classes, as flake-parts and clan name them.
const (
	NixOS       Class = "nixos"
	Darwin      Class = "darwin"
	HomeManager Class = "homeManager"
)

// ClassOf returns the class of machines of a Nix system such as
// "aarch64-darwin".
func ClassOf(system string) Class {
	if strings.HasSuffix(system, "-darwin") {
		return Darwin
	}
	return NixOS
}

// Machine is one machine of the registry.
type Machine struct {
	Name   string
	System string // "x86_64-linux"
	Class  Class
	Type   string // free text: "Laptop", "VPS (Hetzner)"
	User   string // primary user
	Tags   []string
	// Computed are the tags that Fleet.Resolve gives: those of [tags] whose
	// selector matches, then "all" and the class. Tags are the machine's own.
	Computed []string
	Aspects  []Named
	Home     []Home // by user
	Deploy   Deploy
	Source   Source
	At       Pos
}

// AllTags returns the machine's own tags and the computed ones.
func (m *Machine) AllTags() []string { return slices.Concat(m.Tags, m.Computed) }

// Named is a name written at a place.
type Named struct {
	Name string
	At   Pos
}

// Home is what the registry gives one user of a machine.
type Home struct {
	User    string
	Aspects []Named
	At      Pos
}

// Deploy says how a machine is reached and built.
type Deploy struct {
	Targets []string // "[user@]host[:port]", in the order to try
	Jump    []string // machine names or "[user@]host[:port]"
	Build   string   // "local", "target" or a machine's name
	Become  string   // "none", "sudo" or "doas"
	Why     string   // why the target that is written somewhere is not known; "" otherwise
	Guessed bool     // Targets follow from the fleet's domain, nobody wrote them
	At      Pos
}

// TagRule is a tag whose members a selector chooses.
type TagRule struct {
	Name     string
	Selector string
	At       Pos
}

// Service is one instance of a service in the inventory.
type Service struct {
	Name   string // the instance
	Module string
	Input  string // "" when the module is the fleet's own
	Roles  []Role // by name
	At     Pos
}

// Role is one role of a service instance with its members resolved.
type Role struct {
	Name     string
	Machines []Named
	Tags     []Named
	Settings map[string]any // as TOML decodes it
	Members  []Member       // by machine
	At       Pos
}

// Member is a machine that has a role, and why.
type Member struct {
	Machine string
	Via     string // "machine" or "tag peer"
	At      Pos
}
