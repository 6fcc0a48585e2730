package fleet

// State is a machine's state in one word.
type State string

// The states of a machine.
const (
	StateUnreachable State = "unreachable" // no facts
	StateBroken      State = "error"       // the configuration does not compose
	StateDamaged     State = "damaged"     // what it runs or boots next is missing on it, or not whole
	StateEmpty       State = "empty"       // the host runs no system yet
	StateBehind      State = "behind"      // runs something else than wanted
	StateStaged      State = "staged"      // runs something else; the wanted system boots next
	StateCurrent     State = "current"     // runs what is wanted
	StateUnknown     State = "unknown"     // nobody asked it, or it does not say what it runs
)

// States lists the states, the worst first: the order of tables and summaries.
func States() []State {
	return []State{
		StateUnreachable, StateBroken, StateDamaged, StateUnknown, StateEmpty,
		StateBehind, StateStaged, StateCurrent,
	}
}

// StateOf compares what a host said with the store path that is wanted of it;
// broken says that there is none, because the configuration is in error.
// Without facts, or without a word of what is wanted, the state is unknown.
func StateOf(f *Facts, wanted string, broken bool) State {
	switch {
	case f == nil || f.Reach == "":
		return StateUnknown
	case f.Reach != Reachable:
		return StateUnreachable
	case broken:
		return StateBroken
	case f.Running == "" && f.Profile == "" && f.Damaged == "":
		return StateEmpty
	case f.Running == "" || wanted == "":
		return StateUnknown
	case f.Damaged != "":
		return StateDamaged
	case f.Running == wanted:
		return StateCurrent
	case f.Profile == wanted:
		return StateStaged
	}
	return StateBehind
}
