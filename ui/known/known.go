// Package known is what the console knows at the moment: the fleet as read,
// what the hosts said and when, runs, plans. It is filled by the console as
// answers come, and read by the views.
//
// A Known belongs to one goroutine, the console's. What is in it is not
// changed by anybody who reads it. A run's State is filled by others and locks
// itself.
package known

import (
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/fleet/run/state"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/overlay"
	"assay/overlay/care"
	"assay/secrets/audit"
)

// Loaded is something that was asked for, in one of four states: nobody asked
// (zero), being asked for (Busy), answered (At is set), failed (Err). While it
// is asked for again, the former answer stays.
type Loaded[T any] struct {
	Value T
	Err   error
	At    time.Time
	Busy  bool
	Again bool // asked for once more while it was Busy
}

// Has reports whether there is an answer.
func (l *Loaded[T]) Has() bool { return !l.At.IsZero() && l.Err == nil }

// Kind is a kind of thing that the console can ask for.
type Kind string

// The kinds.
const (
	Hosts        Kind = "hosts"        // every host's facts; again with Name: that machine's
	Subjects     Kind = "subjects"     // what selectors need beside facts
	Aspects      Kind = "aspects"      //
	Stack        Kind = "layers"       //
	Packages     Kind = "packages"     //
	Names        Kind = "names"        // of all packages that are known
	Evaluated    Kind = "evaluated"    // what Nix has said of packages
	Hotfixes     Kind = "hotfixes"     // and since when they are there
	Secrets      Kind = "secrets"      // of both tiers, with who can read them
	Problems     Kind = "problems"     //
	Runs         Kind = "runs"         // summaries
	Composition  Kind = "composition"  // of the machine Name
	File         Kind = "file"         // the fleet's file Name
	RecordedRun  Kind = "recorded run" // of the id Name: Known.Open gets its picture
	RecordedPlan Kind = "recorded plan"
)

// Need is something that a view shows. The console asks for what is not there
// yet, once.
type Need struct {
	Kind Kind
	Name string
}

// Host is what is known of one live host.
type Host struct {
	session.Status           // zero until it was asked
	Asked          time.Time // when the answer came; zero: never
	Busy           bool      // being asked
}

// Planning is the plan that is shown, or being made.
type Planning struct {
	Machines    []string // that it was asked for
	Goal        engine.Goal
	Back        bool // to a former generation
	To          int  // its number; 0 the one before the running one
	Busy        bool
	Begun       time.Time
	Done, Total int      // machines asked so far
	Phase       string   // what the engine is at: "evaluating", "building"; "" it did not say
	Built       int64    // derivations, of Builds
	Builds      int64    // 0 is not known
	Step        string   // what is being evaluated, fetched or built
	Log         []string // the last lines that builders printed
	Plan        *plan.Plan
	Err         error
}

// Run is a run whose picture the console has: one that goes on in this
// program, or one that was opened from its record.
type Run struct {
	ID       string
	State    *state.State
	Plan     *plan.Plan // nil while it is not known
	Mine     bool       // goes on, or went on, in this program
	Over     bool       // mine, and ended
	Err      error      // of the run itself, or of reading its record
	Reading  bool       // its record is being read
	Broken   int        // lines of the record that could not be read
	Stopping int        // how often somebody asked it to stop: 0, 1, 2
}

// Known is everything. Fields are as of Now.
type Known struct {
	// Revision grows with every change of anything here but Now and the
	// States of runs, so that views may keep what they made of it.
	Revision uint64
	Now      time.Time

	Fleet    *fleet.Fleet
	Dir      string // of the fleet
	Note     string // what the operator should know of this world, in a word: "demo"
	ReadOnly string // why nothing may be changed; "" when it may
	NoHosts  string // why no host can be reached; "" when they can
	// Adopted says that a flake defines the machines, not fleet.toml.
	Adopted bool
	// Asking says that the flake is only read from its files so far, and Nix is
	// being asked; Unconfirmed is why Nix cannot say anything of it. Neither
	// where Nix has answered, or there is nothing to ask.
	Asking      bool
	Unconfirmed error
	// Unread is why nothing is known of the overlay layers; "" when they are
	// read.
	Unread string
	// NoNix is why Nix cannot be asked about packages; "" when it can.
	NoNix string
	// Stale is why the fleet's files cannot be read any more, nil when they
	// can: what is known of them is as it was before.
	Stale error

	Checkout     Loaded[session.Checkout]
	Hosts        map[string]*Host // by machine; has every machine
	Subjects     Loaded[[]fleet.Subject]
	Aspects      Loaded[[]session.Aspect]
	Stack        Loaded[*overlay.Stack]
	Packages     Loaded[[]session.Package]
	Names        Loaded[*overlay.Names]
	Evaluated    Loaded[Answers] // those that were kept
	Told         Answers         // those since then
	Evaluating   Evaluating      // about a package
	Hotfixes     Loaded[[]care.Hotfix]
	Checking     Checking // of the hotfixes
	Problems     Loaded[[]fleet.Problem]
	Secrets      Loaded[*audit.Report]
	Runs         Loaded[[]session.RunSummary]
	Compositions map[string]*Loaded[compose.Composition] // Value also holds what is there beside Err
	Files        map[string]*Loaded[[]byte]

	Planning *Planning       // nil: none
	Open     map[string]*Run // by id
	last     lastRuns        // see LastRun
	Current  string          // id of the run that goes on in this program, or was the last to; "" none
}

// New returns what is known of a fleet before anybody asked anything.
func New(f *fleet.Fleet, now time.Time) *Known {
	k := &Known{
		Now: now, Fleet: f,
		Hosts:        make(map[string]*Host, len(f.Machines)),
		Compositions: map[string]*Loaded[compose.Composition]{},
		Files:        map[string]*Loaded[[]byte]{},
		Told:         Answers{},
		Open:         map[string]*Run{},
	}
	for i := range f.Machines {
		m := &f.Machines[i]
		k.Hosts[m.Name] = &Host{Status: session.Status{Machine: m}}
	}
	return k
}

// Composition is the machine's composition as far as it is there.
func (k *Known) Composition(machine string) Loaded[compose.Composition] {
	if l := k.Compositions[machine]; l != nil {
		return *l
	}
	return Loaded[compose.Composition]{}
}

// File is the text of one of the fleet's files as far as it is there.
func (k *Known) File(path string) Loaded[[]byte] {
	if l := k.Files[path]; l != nil {
		return *l
	}
	return Loaded[[]byte]{}
}

// MayNotChange says why no host may be changed; "" when they may.
func (k *Known) MayNotChange() string {
	if k.ReadOnly != "" {
		return k.ReadOnly
	}
	return k.NoHosts
}

// Running is the run that goes on in this program, or nil.
func (k *Known) Running() *Run {
	if r := k.Open[k.Current]; r != nil && !r.Over {
		return r
	}
	return nil
}
