package guard

import (
	_ "embed"

	"assay/fleet/engine"
	"assay/fleet/host"
)

var (
	//go:embed scripts/prelude.sh
	preludeSh string
	//go:embed scripts/jobs.sh
	jobsSh string
	//go:embed scripts/system.sh
	systemSh string
	//go:embed scripts/owed.sh
	owedSh string
	//go:embed scripts/activate.sh
	activateSh string
	//go:embed scripts/work.sh
	workSh string
	//go:embed scripts/verbs.sh
	verbsSh string

	// aboutSh runs the script that an activation has left on the host.
	//
	//go:embed scripts/about.sh
	aboutSh string
)

// tool is the one script that runs on hosts. An activation leaves a copy in
// /run/assay, for its jobs and for what is asked about it later.
func tool() string {
	return preludeSh + jobsSh + systemSh + owedSh + activateSh + workSh + verbsSh
}

// The exit statuses that the script gives a meaning.
const (
	exitMoved    = 41 // runs something else than expected
	exitGoal     = 42 // no such goal
	exitBusy     = 43 // somebody else changes the host
	exitLacks    = 46 // a store path, a generation or a program is not there
	exitUsage    = 47 // an argument that this package never sends
	exitRoot     = 48 // not root
	exitReturned = 50 // failed, and back at the former system
	exitStuck    = 51 // failed, and could not go back
	exitReboot   = 52 // boots the new system, runs the former one
	exitUnits    = 53 // activated, but units failed
	exitLate     = 54 // it runs something else than what is to be confirmed
	exitUnheard  = 55 // the host does not know this activation
	exitBroken   = 56 // a job ended without a result
	exitLasts    = 57 // confirmed before
)

var meanings = map[int]error{
	exitMoved:    engine.ErrMoved,
	exitGoal:     engine.ErrGoal,
	exitBusy:     engine.ErrBusy,
	exitRoot:     host.ErrRoot,
	exitReturned: engine.ErrReturned,
	exitReboot:   engine.ErrReboot,
	exitLasts:    engine.ErrConfirmed,
}

// saidError is an ExitError whose text is what the script said.
type saidError struct{ *host.ExitError }

func (e *saidError) Error() string { return e.Stderr }
func (e *saidError) Unwrap() error { return e.ExitError }
