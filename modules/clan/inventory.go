package clan

import (
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// Sources is what a repository says of its clan.
type Sources struct {
	// Definitions are those of the option clan, or the arguments of lib.clan,
	// in the order of import.
	Definitions []Definition
	// JSON is the content of inventory.json, nil for none, JSONName its name.
	JSON     []byte
	JSONName string
	// Directories are those below machines/.
	Directories []Directory
	// Foreign are sets of service modules from outside of the flake as far as
	// somebody has read them, by the name of the input; "" is clan's own. It may
	// be nil.
	Foreign map[string]symbolic.Value
}

// Definition is a definition of the option clan: a set, a function or a path as
// a module may be, with or without mkIf and mkMerge around it. Used are its
// attributes inventory, machines, modules and meta.
type Definition struct {
	Value     symbolic.Value
	Condition string // why it may not apply; "" if it surely does
	Priority  int    // as of mkOverride; 0 for a plain one
}

// Directory is a directory machines/NAME.
type Directory struct {
	Path  string   // relative to the repository, with slashes; its last element is the machine's name
	Files []string // names in it
}

// Inventory is a clan's inventory, resolved.
type Inventory struct {
	Meta      Meta
	Machines  []Machine  // by name
	Tags      []Tag      // by name, with the computed ones
	Instances []Instance // by name
	Modules   []Module   // service modules that the instances use, as far as they were read; by input and name
	Problems  []fleet.Problem
	// More says why there may be more machines or tags than these, and
	// MoreInstances why more instances; "" if there are not.
	More, MoreInstances string
}

// Meta is what a clan says of itself.
type Meta struct {
	Name, Description, Domain Text
}

// Text is a value that is a string or not given.
type Text struct {
	Text      string // "" is not given, or null
	At        fleet.Pos
	Condition string // why it may not apply; "" if it surely does
	Why       string // why it is not known; "" if it is
}

// From is one of the sources of machines.
type From string

// The sources of machines.
const (
	FromInventory From = "clan.inventory.machines"
	FromJSON      From = "inventory.json"
	FromDirectory From = "machines/"
	FromModule    From = "clan.machines"
)

// Machine is a machine of the inventory.
type Machine struct {
	Name        string
	At          fleet.Pos // where it is first said to be
	Origins     []Origin  // in the order of the sources
	Condition   string    // why it may not be there; "" if it surely is
	Class       fleet.Class
	ClassWhy    string // why Class is not known, which is "" then
	Description Text
	Tags        []fleet.Named // its own, each once, in the order in which they merge
	Computed    []string      // tags that clan.inventory.tags gives it, by name
	TagsWhy     string        // why it may have more tags; "" if it has not
	TargetHost  Text          // deploy.targetHost as written; nobody guesses one
	BuildHost   Text
	Modules     []Extra  // clan.machines.NAME, in order
	Files       []string // of its directory, those that clan imports by itself; relative to the repository
}

// Origin is a source that names a machine.
type Origin struct {
	From      From
	At        fleet.Pos
	Condition string
}

// Extra is a module that somebody gives to machines: a value that is not yet
// opened.
type Extra struct {
	Value     symbolic.Value
	At        fleet.Pos
	Condition string
}

// Tag is a tag with the machines that the inventory gives it to: the computed
// ones and those of clan.inventory.tags.
type Tag struct {
	Name    string
	Members []string // sorted, each once
	Why     string   // why there may be other members; "" if these are all
	At      fleet.Pos
}

// Instance is an instance of a service.
type Instance struct {
	Name      string
	Module    Text   // the module's name
	Input     Text   // the flake input that it comes from, "" for clan's own
	Roles     []Role // by name
	At        fleet.Pos
	Condition string
	Why       string // why there may be more roles
}

// Role is a role of an instance with its members resolved.
type Role struct {
	Name     string
	At       fleet.Pos
	Machines []fleet.Named // named one by one, sorted
	Tags     []fleet.Named // sorted
	Settings Settings      // of the role alone, for all of its members
	Extra    []Extra       // modules that every member imports, in order
	ExtraWhy string        // why there may be more of them
	Members  []Member      // by machine
	Why      string        // why there may be other members; "" if these are all
	// Condition is why the role may not be there; "" if it surely is.
	Condition string
}

// Member is a machine that has a role.
type Member struct {
	Machine   string
	Via       string // "machine" or "tag peer": the first way
	At        fleet.Pos
	Condition string // why it may not be one
	Absent    bool   // the inventory has no such machine
	Settings  Settings
}

// Settings are settings merged.
type Settings struct {
	Data  map[string]any // nil, bool, int64, float64, string, []any, map[string]any and Unknown
	Given []Given        // every definition of a setting, as the levels have it
	// Why is why more may be set; "" if nothing else is.
	Why string
}

// Given is one definition of one setting.
type Given struct {
	Path  string // "certificate.searchDomains"
	Level string // "role", "machine" or "tag peer"
	At    fleet.Pos
	Text  string // as written, on one line
}

// Unknown stands in Settings.Data for a part that is not known.
type Unknown struct {
	Why string
	At  fleet.Pos
}

// String is "unknown, because WHY".
func (u Unknown) String() string { return "unknown, because " + u.Why }

// MarshalText writes what String returns, so that JSON has words.
func (u Unknown) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// Machine returns the machine of that name, or nil.
func (v *Inventory) Machine(name string) *Machine {
	i, ok := slices.BinarySearchFunc(v.Machines, name, func(m Machine, name string) int { return strings.Compare(m.Name, name) })
	if !ok {
		return nil
	}
	return &v.Machines[i]
}
