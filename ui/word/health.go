package word

import (
	"fmt"
	"strings"
	"time"

	"assay/fleet"
)

// full is from which share of a file system on there is something to say.
const full = 0.90

// Health is what else is to be said of a host that answered: failed units, a
// reboot that is due, disks that are nearly full, a guarded change that was not
// confirmed. now is the time of reading.
func Health(f *fleet.Facts, now time.Time) []string {
	var said []string
	if u := f.Units; u != nil && u.Failed > 0 {
		said = append(said, failedUnits(u))
	}
	if f.Reboot() == fleet.True {
		said = append(said, "reboot needed ("+strings.Join(f.OldParts, ", ")+")")
	}
	for _, s := range []struct {
		at string
		fleet.Space
	}{{"/nix", f.Store}, {"/boot", f.Boot}} {
		if Full(s.Space) {
			said = append(said, fmt.Sprintf("%s is %d%% full", s.at, int(s.Used()*100)))
		}
	}
	if g := f.Guard; g != nil {
		if text := guarded(g, now); text != "" {
			said = append(said, text)
		}
	}
	return said
}

// Full reports whether a file system is nearly full.
func Full(s fleet.Space) bool { return s.Used() >= full }

func failedUnits(u *fleet.Units) string {
	const most = 2
	text := Count(u.Failed, "unit") + " failed"
	if len(u.Names) > 0 {
		text += ": " + strings.Join(u.Names[:min(len(u.Names), most)], ", ")
	}
	if u.Failed > most {
		text += ", ..."
	}
	return text
}

// GuardRolledBack is the state of a guarded change that the host has undone
// itself, as the host records it.
const GuardRolledBack = "rolled-back"

// GuardState is how people call the state of a guarded change.
func GuardState(state string) string {
	if state == GuardRolledBack {
		return "rolled back by itself"
	}
	return state
}

// guarded says what became of the last guarded change, where that is not what
// everybody expects.
func guarded(g *fleet.Guard, now time.Time) string {
	switch g.State {
	case "armed":
		if g.Until.IsZero() {
			return "goes back unless the change is confirmed"
		}
		return "goes back at " + g.Until.Local().Format("15:04:05") + " unless the change is confirmed"
	case GuardRolledBack:
		if g.At.IsZero() {
			return GuardState(g.State)
		}
		return GuardState(g.State) + " " + Age(now.Sub(g.At)) + " ago"
	case "failed":
		text := "has yet to go back after a change, and tries again"
		if g.Trouble != "" {
			text += ": " + g.Trouble
		}
		return text
	}
	return ""
}
