package word

import "assay/fleet/engine"

// Goal says how far a goal goes.
func Goal(g engine.Goal) string {
	switch g {
	case engine.GoalSwitch:
		return "run it now and at boot"
	case engine.GoalBoot:
		return "run it at the next boot; NixOS only"
	case engine.GoalTest:
		return "run it now, not at boot"
	case engine.GoalDryActivate:
		return "the hosts say what would change, and stay as they are"
	case engine.GoalBuild:
		return "build here only; no host is asked"
	}
	return "unknown"
}
