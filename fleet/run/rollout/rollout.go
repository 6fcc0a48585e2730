// Package rollout applies a plan: a state machine per host, so many hosts at
// once, every step told as an event, every outcome read back from the host.
//
// What it promises: a host whose result is updated, staged or returned was
// asked over a new connection after its last activation and said so; a host
// that could not be asked is unknown; one host's failure, or a panic in the
// code that handles it, is that host's alone. Where the deployer is
// engine.Guarded, nothing lasts that was not confirmed over a new connection.
package rollout

import (
	"context"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
)

// The defaults of Options.
const (
	DefaultParallel = 10
	DefaultTries    = 5
	DefaultGrace    = 5 * time.Second
	DefaultGuard    = 120 * time.Second
)

// Options is what a run needs. Functions are called from several goroutines.
type Options struct {
	RunID    string
	Operator string // user who runs it
	Assay    string // version of the program
	Plan     *plan.Plan
	Engine   engine.Engine
	Deployer engine.Deployer
	Sink     event.Sink // nil discards; one that is event.Failing and fails ends the run early

	// Connect opens a new connection to the machine.
	Connect func(ctx context.Context, machine string) (host.Conn, error)
	// Reuse returns a way to the machine that was opened before the run, which
	// then is the run's; without a connection there is none. Only the way to a
	// host goes over it, and nothing that follows an activation. It may be nil.
	Reuse func(machine, system string) Way
	// Probe asks the host for its facts.
	Probe func(ctx context.Context, conn host.Conn, machine string) (fleet.Facts, error)
	// Equip brings a host what its new system needs before it starts, where the
	// plan says so; it may be nil.
	Equip func(ctx context.Context, conn host.Conn, machine string) error
	// Closure builds what the plan wants on the machine and returns all of it.
	// With nil Engine builds it by its path.
	Closure func(ctx context.Context, machine string) (engine.Closure, error)

	// Redact takes secrets out of what hosts print, and of why something went
	// wrong, before anybody sees it; nil leaves it as it is.
	Redact func(text string) string

	// Stop, when closed, lets running steps finish and starts nothing new; a
	// host whose activation has begun is brought to its end. Cancelling the
	// context gives up what runs.
	Stop     <-chan struct{}
	Parallel int              // hosts at once; 0 is DefaultParallel
	Clock    func() time.Time // nil is time.Now
	// Tries is how often a host is asked what became of it, 0 is
	// DefaultTries. Backoff waits before try n, n from 1; nil waits longer
	// each time, up to eight seconds.
	Tries   int
	Backoff func(ctx context.Context, n int) error
	// Grace is how long hosts may still be asked after the context has
	// ended; 0 is DefaultGrace.
	Grace time.Duration
	// Guard is how long a guarded host waits to be confirmed before it
	// returns by itself; 0 is DefaultGuard. Wait waits until that must have
	// happened on a host that does not answer; nil waits that long.
	Guard time.Duration
	Wait  func(ctx context.Context, d time.Duration) error
}

// Way is a connection to a host, and what the host has said over it.
type Way struct {
	Conn    host.Conn
	Facts   fleet.Facts     // where it stood; zero where nobody asked
	Missing []engine.Object // what it lacked of the system's closure; nil where nobody asked
}

// Report is how a run ended.
type Report struct {
	Run      string
	Outcome  event.RunOutcome
	Results  []event.HostResult // by machine
	Counts   map[event.Outcome]int
	Identity bool // some host's identity could not be verified
	Started  time.Time
	Finished time.Time
}

// Run applies the plan and returns when every host has a result. Its error is
// about the run itself: options that make none, or a record that could not be
// kept. What became of the hosts is in the Report, interrupted or not.
func Run(ctx context.Context, o Options) (Report, error) {
	r, err := newRun(o)
	if err != nil {
		return Report{}, err
	}
	return r.run(ctx)
}
