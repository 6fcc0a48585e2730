package word

import (
	"fmt"

	"assay/fleet/engine"
)

// Step says in a few words what an engine does, "" where that is nothing to
// say beside others.
func Step(s engine.Step) string {
	what := s.What
	switch s.Kind {
	case engine.StepEvaluate:
		return "evaluating " + what
	case engine.StepFetch:
		return "fetching " + what + amount(s)
	case engine.StepBuild:
		if s.Phase != "" {
			return fmt.Sprintf("building %s (%s)", what, s.Phase)
		}
		return "building " + what
	case engine.StepBuilt:
		return "built " + what
	case engine.StepFailed:
		return "failed: " + what
	case engine.StepWait:
		return "waiting: " + s.Text
	case engine.StepTotal:
		return fmt.Sprintf("built %d of %d", s.Done, s.Total)
	}
	return ""
}

// StepPhase is what an engine is at with a step, in a word; "" where the step
// does not tell.
func StepPhase(s engine.Step) string {
	switch s.Kind {
	case engine.StepEvaluate:
		return "evaluating"
	case engine.StepFetch:
		return "fetching"
	case engine.StepBuild, engine.StepBuilt, engine.StepFailed, engine.StepTotal:
		return "building"
	case engine.StepWait:
		return "waiting"
	}
	return ""
}

// LogLine is a line that a builder or Nix printed, with what it belongs to.
func LogLine(s engine.Step) string {
	if s.What == "" {
		return s.Text
	}
	return s.What + "> " + s.Text
}

// amount is how much of it is there, where the whole is known.
func amount(s engine.Step) string {
	if s.Total <= 0 {
		return ""
	}
	return fmt.Sprintf(" (%s of %s)", Size(s.Done), Size(s.Total))
}
