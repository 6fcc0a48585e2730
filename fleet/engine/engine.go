// Package engine says what it takes to realise what a machine should be: an
// Engine that evaluates and builds here, and a Deployer that brings the
// result to a host. It holds interfaces and values only; engine/embedded and
// engine/nix satisfy them. What an engine evaluates is given to it when it is
// made.
//
// Engines and deployers may be used by several goroutines at once.
package engine

import (
	"context"
	"time"

	"assay/fleet/host"
)

// Engine works on the operator's side. Its functions call done once for each
// machine or system, as its answer comes, one call at a time, and return when
// all have been called; a context that ends is an error of those that are
// left. watch, which may be nil, gets what the engine says meanwhile, from
// one goroutine at a time.
type Engine interface {
	// Name is "embedded" or "nix".
	Name() string
	// Evaluate says what the machines should run. It changes nothing. An error
	// does not name the machine.
	Evaluate(ctx context.Context, machines []string, watch func(Step), done func(machine string, s System, err error))
	// Build realises systems in the engine's local store; closure is all that
	// a host needs to have for one. Building twice gives the same paths.
	Build(ctx context.Context, systems []System, watch func(Step), done func(s System, closure Closure, err error))
}

// Deployer works on a host through an open connection.
type Deployer interface {
	// Missing returns the objects of the closure that the host lacks.
	Missing(ctx context.Context, conn host.Conn, closure Closure) ([]Object, error)
	// Copy brings objects to the host; each appears there whole or not at
	// all. progress, which may be nil, gets the bytes sent so far.
	Copy(ctx context.Context, conn host.Conn, objects []Object, progress func(sent int64)) error
	// Activate makes the host run the activation's system. The host must
	// have the system's closure. log, which may be nil, gets the lines that
	// the host prints, sanitised and bounded.
	// Where the goal is switch and the deployer guards its hosts, the change is
	// undone by the host itself unless Confirm follows within a.Guard.
	Activate(ctx context.Context, conn host.Conn, a Activation, log func(line string)) error
	// Confirm makes what Activate did last. conn is a connection that was
	// opened after Activate; the host must run the activation's system. Where
	// nothing is guarded it does nothing.
	Confirm(ctx context.Context, conn host.Conn, a Activation, log func(line string)) error
	// Record reads the record of a system that the host has.
	Record(ctx context.Context, conn host.Conn, path string) (Record, error)
}

// System is what a machine should run. Path is its identity: equal paths are
// equal systems.
type System struct {
	Machine    string
	Path       string // store path, "/nix/store/<hash>-<name>"
	Derivation string // store path of what builds it; "" where the engine has none
	Record     Record // of an engine that must build to know, only in Closure
}

// Closure is a built system: every object that must be on a host for it,
// references before what refers to them, the system itself last.
type Closure struct {
	System  string // store path
	Objects []Object
	Record  Record // of the system
	There   bool   // its machine has built it in its own store, which alone has its files: they are not in Record
}

// Object is one store object.
type Object struct {
	Path    string `json:"path"`     // store path
	NarSize int64  `json:"nar_size"` // bytes of its NAR serialisation
}

// Size is the sum of the objects' sizes in bytes.
func Size(objects []Object) int64 {
	var n int64
	for _, o := range objects {
		n += o.NarSize
	}
	return n
}

// Goal says how far an activation goes.
type Goal string

// The goals, as nixos-rebuild names them.
const (
	GoalSwitch      Goal = "switch"       // run it now and at boot
	GoalBoot        Goal = "boot"         // run it at the next boot (NixOS only)
	GoalTest        Goal = "test"         // run it now, not at boot
	GoalDryActivate Goal = "dry-activate" // say what would change
	GoalBuild       Goal = "build"        // build only; no host is asked
)

// Goals lists every goal in the order that help shows.
func Goals() []Goal {
	return []Goal{GoalSwitch, GoalBoot, GoalTest, GoalDryActivate, GoalBuild}
}

// Activation is one change of what a host runs.
type Activation struct {
	Machine string
	Class   string // "nixos" or "darwin"
	System  string // store path to activate
	Goal    Goal
	// Expect is the system that the plan saw running. The host refuses with
	// ErrMoved when it runs another one; "" asks for no check.
	Expect string
	// Generation is an existing generation to return to; 0 registers a new
	// one where the goal calls for it.
	Generation int
	// ID names this activation among all others, in letters, digits and "-":
	// the run's and the machine's. Confirm is given the same one.
	ID string
	// Guard is how long the host waits for Confirm before it returns to what
	// it ran; 0 leaves the choice to the deployer.
	Guard time.Duration
	// Valid says that the deployer has just copied System or kept it on the
	// host, so that the host's store knows it; otherwise the store is asked.
	Valid bool
}
