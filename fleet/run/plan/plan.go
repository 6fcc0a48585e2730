// Package plan works out what a run would change: per host the system that
// runs and the one that is wanted, and the difference in words that a person
// can approve. A Plan is a value: it can be saved, loaded and applied exactly
// as it was approved. Everything here is a pure function of its arguments and
// may be called from several goroutines at once.
package plan

import (
	"cmp"
	"slices"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/modules/compose"
)

// Version is the version of the plans that this package makes and loads.
const Version = 2

// Input is what an update's plan is made from.
type Input struct {
	Fleet  string // name of the fleet
	Goal   engine.Goal
	Engine string // name of the engine
	At     time.Time
	Hosts  []Host
}

// Host is one machine with everything known about it.
type Host struct {
	Machine     fleet.Machine
	Facts       fleet.Facts
	Current     *engine.Record // of the running system; nil is not known
	CurrentErr  error          // why there is no Current; may be nil
	Wanted      engine.System
	WantedErr   error // why there is no Wanted: composition or evaluation failed
	Closure     engine.Closure
	Missing     []engine.Object      // of the closure, on the host; of a system that runs already too
	Composition *compose.Composition // for places; may be nil
	AgeKey      AgeKey
	// Secrets is why the host could not decrypt what the wanted system names,
	// with "; hint: " before what to do; nil where it can, or nobody knows.
	Secrets error
}

// BackInput is what a rollback's plan is made from.
type BackInput struct {
	Fleet  string
	Engine string
	At     time.Time
	Hosts  []BackHost
}

// BackHost is one machine to be brought back to an older generation.
type BackHost struct {
	Machine    fleet.Machine
	Facts      fleet.Facts
	Current    *engine.Record   // of the running system; nil is not known
	CurrentErr error            // why there is no Current; may be nil
	Former     fleet.Generation // as Former chose it; zero when FormerErr is set
	FormerErr  error            // why there is nothing to return to
	Record     *engine.Record   // of the former system; nil is not known
	RecordErr  error            // why there is no Record; may be nil
}

// Kind is what a plan does.
type Kind string

// The kinds of plan.
const (
	Update   Kind = "update"
	Rollback Kind = "rollback"
)

// Plan is what a run would do. Its JSON form is stable within a version.
type Plan struct {
	Version int         `json:"version"`
	ID      string      `json:"id"` // 12 hex digits over everything but At, Todo and the bytes to copy
	Kind    Kind        `json:"kind"`
	Fleet   string      `json:"fleet"`
	Goal    engine.Goal `json:"goal"`
	Engine  string      `json:"engine"`
	At      time.Time   `json:"made_at"`
	// Todo is what is to be built and fetched before; nil is not asked.
	Todo    *engine.Todo `json:"todo,omitempty"`
	Hosts   []Entry      `json:"hosts"`    // by machine
	Groups  []Group      `json:"groups"`   // largest first
	LeftOut [][]LeftOut  `json:"left_out"` // of the wanted systems; each Entry names its list
}

// Status is what a plan has to say about a host.
type Status string

// The states of a host in a plan.
const (
	StatusChange      Status = "change"
	StatusUnchanged   Status = "unchanged"
	StatusUnreachable Status = "unreachable"
	StatusError       Status = "error" // there is nothing that could be applied; Cause says why
)

// Entry is one host of a plan.
type Entry struct {
	Machine  string      `json:"machine"`
	System   string      `json:"system"` // "x86_64-linux"
	Class    fleet.Class `json:"class"`
	Status   Status      `json:"status"`
	From     Side        `json:"from"`
	To       Side        `json:"to"`
	Group    int         `json:"group"`              // index into Groups; -1 where there is no change to show
	Cause    string      `json:"cause,omitempty"`    // of unreachable and error
	Hint     string      `json:"hint,omitempty"`     // what to do about it
	Log      []string    `json:"log,omitempty"`      // of error: the last lines of what failed
	Identity bool        `json:"identity,omitempty"` // unreachable because its identity could not be verified
	AgeKey   AgeKey      `json:"age_key,omitempty"`  // of an update, where the fleet has one for the machine
	Damaged  string      `json:"damaged,omitempty"`  // what is wrong with what the host has; alone it makes a change
	Copy     Amount      `json:"copy"`
	Grows    int64       `json:"grows,omitempty"` // bytes by which the system's closure grows, where both records tell its size
	LeftOut  int         `json:"left_out"`        // index into Plan.LeftOut; -1 where the wanted system has no record
}

// Side is one end of a change.
type Side struct {
	Path       string `json:"path,omitempty"`       // store path of the system
	Profile    string `json:"profile,omitempty"`    // what boots next; only for From
	Generation int    `json:"generation,omitempty"` // From: the profile's; To: an existing one to return to, 0 for a new one
	Derivation string `json:"derivation,omitempty"` // To: what builds the system, where the engine has that
}

// Amount is what has to be copied.
type Amount struct {
	Objects int   `json:"objects"`
	Bytes   int64 `json:"bytes"` // of the objects' NAR serialisations
}

// Group is the hosts that change in the same way.
type Group struct {
	Machines []string `json:"machines"` // by name
	Change   Change   `json:"change"`
	// Varies says that the hosts' changes differ in the hashes of store paths;
	// those in Change are the first machine's, unless Without left it out.
	Varies bool `json:"varies,omitempty"`
}

// Op is the direction of one difference.
type Op string

// The directions.
const (
	Added   Op = "added"
	Removed Op = "removed"
	Changed Op = "changed"
)

// Change is the difference between two records, each list sorted.
type Change struct {
	// Unknown says why the difference cannot be told. Then the lists of
	// differences are empty, and that means nothing.
	Unknown  string          `json:"unknown,omitempty"`
	Aspects  []AspectChange  `json:"aspects"`
	Options  []OptionChange  `json:"options"`
	Files    []FileChange    `json:"files"`
	Packages []PackageChange `json:"packages"`
	Units    []UnitChange    `json:"units,omitempty"`
	LeftOut  []LeftOut       `json:"left_out"` // newly, or for another reason than before
	// Rebuilt is how many packages beside those are built anew at the versions
	// that they had.
	Rebuilt int `json:"rebuilt,omitempty"`
	// Revision says that nothing is different but what names the revision of
	// the configuration.
	Revision bool `json:"revision,omitempty"`
}

// Empty reports whether the change shows no difference.
func (c *Change) Empty() bool {
	return c.Unknown == "" && c.Rebuilt == 0 &&
		len(c.Aspects)+len(c.Options)+len(c.Files)+len(c.Packages)+len(c.Units)+len(c.LeftOut) == 0
}

// AspectChange is an aspect that begins or ceases to apply.
type AspectChange struct {
	Op   Op     `json:"op"`
	Name string `json:"name"`
	At   string `json:"at,omitempty"` // "file:line" that asks for it
}

// OptionChange is one option whose value differs. Old and New are one line of
// Nix source each.
type OptionChange struct {
	Op    Op     `json:"op"`
	Scope string `json:"scope,omitempty"` // "" system, else the user
	Path  string `json:"path"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
	Known bool   `json:"known"`          // false: a side is how it is written, not what it comes to
	Why   string `json:"why,omitempty"`  // it is not known, where that is known
	At    string `json:"at,omitempty"`   // "file:line" of the definition that wins
	From  []Def  `json:"from,omitempty"` // where no single definition wins: all that take part
}

// Def is one definition that takes part in a merged value.
type Def struct {
	Aspect string `json:"aspect"`
	At     string `json:"at"`
}

// FileChange is one file that differs. Diff is unified with three lines of
// context, "" where a side is binary or only the mode differs.
type FileChange struct {
	Op      Op     `json:"op"`
	Path    string `json:"path"`
	Diff    string `json:"diff,omitempty"`
	Cut     bool   `json:"cut,omitempty"`    // Diff is not the whole of it
	Laid    bool   `json:"laid,omitempty"`   // the file is one long line of JSON; Diff is of it laid out, an element a line
	Binary  bool   `json:"binary,omitempty"` // or larger than a record holds
	OldMode string `json:"old_mode,omitempty"`
	NewMode string `json:"new_mode,omitempty"`
	OldSize int64  `json:"old_size"` // bytes
	NewSize int64  `json:"new_size"` // bytes
}

// PackageChange is one package that differs in presence, layer, channel,
// version, or by 8 KiB and more in size, as for nix store diff-closures.
type PackageChange struct {
	Op         Op     `json:"op"`
	Scope      string `json:"scope,omitempty"`
	Name       string `json:"name"`
	OldLayer   string `json:"old_layer,omitempty"`
	OldChannel string `json:"old_channel,omitempty"`
	NewLayer   string `json:"new_layer,omitempty"`
	NewChannel string `json:"new_channel,omitempty"`
	At         string `json:"at,omitempty"` // "file:line" that lists it
	// The versions that go and come, ascending; "" is a path without one.
	OldVersions []string `json:"old_versions,omitempty"`
	NewVersions []string `json:"new_versions,omitempty"`
	Size        int64    `json:"size,omitempty"` // bytes by which its paths grow
	// Plain says that it is no package but store paths without any version, as
	// scripts, units and what is put together of files have them.
	Plain bool `json:"plain,omitempty"`
}

// UnitChange is one unit of systemd or launchd whose definition differs.
type UnitChange struct {
	Op   Op     `json:"op"`
	Name string `json:"name"` // "sshd.service"
}

// LeftOut is what the configuration says and the engine does not realise.
type LeftOut struct {
	Scope string `json:"scope,omitempty"`
	What  string `json:"what"`
	Why   string `json:"why"`
	At    string `json:"at,omitempty"`
}

// Entry returns the machine's entry, or nil.
func (p *Plan) Entry(machine string) *Entry {
	i, ok := slices.BinarySearchFunc(p.Hosts, machine, func(e Entry, name string) int {
		return cmp.Compare(e.Machine, name)
	})
	if !ok {
		return nil
	}
	return &p.Hosts[i]
}

// Change returns what changes on the machine, or nil where nothing does or
// nothing can be said.
func (p *Plan) Change(machine string) *Change {
	e := p.Entry(machine)
	if e == nil || e.Group < 0 || e.Group >= len(p.Groups) {
		return nil
	}
	return &p.Groups[e.Group].Change
}

// Omits returns everything that is left out of the system that the machine is
// to run, whether that is new or not; ok is false where it is not known.
func (p *Plan) Omits(machine string) (list []LeftOut, ok bool) {
	e := p.Entry(machine)
	if e == nil || e.LeftOut < 0 || e.LeftOut >= len(p.LeftOut) {
		return nil, false
	}
	return p.LeftOut[e.LeftOut], true
}

// Empty reports whether a run of the plan would change nothing. Hosts that
// could not be asked make no plan full: Count tells of them.
func (p *Plan) Empty() bool { return p.Count(StatusChange) == 0 }

// Count is the number of hosts with the status.
func (p *Plan) Count(s Status) int {
	n := 0
	for i := range p.Hosts {
		if p.Hosts[i].Status == s {
			n++
		}
	}
	return n
}

// Size is everything that has to be copied.
func (p *Plan) Size() Amount {
	var a Amount
	for i := range p.Hosts {
		a.Objects += p.Hosts[i].Copy.Objects
		a.Bytes += p.Hosts[i].Copy.Bytes
	}
	return a
}
