package event

// Phase is what is being done with a machine.
type Phase string

// The phases, in the order in which a machine meets them. Not every machine
// meets all of them: rollout's transition table says which may follow which.
const (
	Waiting    Phase = "waiting"    // for its turn
	Connecting Phase = "connecting" // and checking that it runs what the plan saw
	Building   Phase = "building"
	Copying    Phase = "copying"
	Activating Phase = "activating"
	Verifying  Phase = "verifying"  // over a new connection
	Confirming Phase = "confirming" // so that it lasts: until then a guarded host returns by itself
	Returning  Phase = "returning"  // to the former system
	Done       Phase = "done"
)

// Phases lists every phase in its order.
func Phases() []Phase {
	return []Phase{Waiting, Connecting, Building, Copying, Activating, Verifying, Confirming, Returning, Done}
}

// Outcome is what became of one machine in a run.
type Outcome string

// The outcomes.
const (
	Updated     Outcome = "updated"     // runs what the plan wanted, read back
	Unchanged   Outcome = "unchanged"   // nothing was to be done, or nothing was allowed to change (dry-activate)
	Staged      Outcome = "staged"      // boots what the plan wanted, read back (goal boot)
	Built       Outcome = "built"       // built here, no host was asked (goal build)
	Failed      Outcome = "failed"      // Reason says at what; Current says where the host stands
	RolledBack  Outcome = "rolled-back" // it came out wrong and runs its former system again, read back
	Refused     Outcome = "refused"     // the host is not what the plan saw, or not who it should be
	Unreachable Outcome = "unreachable" // could not be asked; nothing was changed
	Uncertain   Outcome = "unknown"     // could not be asked after a change had begun
	Skipped     Outcome = "skipped"     // the run ended before this machine was changed
)

// Outcomes lists every outcome in the order in which summaries show them.
func Outcomes() []Outcome {
	return []Outcome{Updated, Staged, Built, Unchanged, RolledBack, Failed, Refused, Unreachable, Uncertain, Skipped}
}

// Good reports whether the outcome is what was asked for.
func (o Outcome) Good() bool {
	switch o {
	case Updated, Unchanged, Staged, Built:
		return true
	}
	return false
}

// RunOutcome is how a run ended.
type RunOutcome string

// The outcomes of a run.
const (
	RunDone        RunOutcome = "done"        // every machine came out as asked
	RunFailed      RunOutcome = "failed"      // some machine did not
	RunInterrupt   RunOutcome = "interrupted" // asked to stop; what ran was finished
	RunAbandonment RunOutcome = "abandoned"   // asked to stop at once
)
