// Package word is how assay says things: amounts, paths, outcomes and states
// in the words that the command line and the console share. Its functions are
// pure; what they return is not cleaned for a terminal.
package word

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/session"
)

// Size says a number of bytes as people read it: "812 B", "1.4 MB".
func Size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000*1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// Count says a number of things: "1 host", "3 hosts".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Names lists so many names and counts the others.
func Names(list []string, most int) string {
	if len(list) <= most+1 {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}

// Path shortens a store path to the part that tells systems apart:
// eight characters of the hash.
func Path(path string) string {
	_, name, ok := strings.Cut(path, "/nix/store/")
	if !ok || len(name) < 8 {
		return path
	}
	return name[:8]
}

// Outcome is how people call an outcome of a run that began so. A host whose
// change came out wrong was rolled back, which nobody asked for; what somebody
// asked to roll back has its former system restored. A host that boots the new
// system next was to do so, or has its reboot pending.
func Outcome(run event.RunStarted, o event.Outcome) string {
	switch {
	case o == event.Updated && run.Kind == string(plan.Rollback):
		return "restored"
	case o == event.RolledBack && run.Kind == string(plan.Rollback):
		return "rollback undone"
	case o == event.RolledBack:
		return "rolled back"
	case o == event.Staged && run.Goal != "" && run.Goal != string(engine.GoalBoot):
		return "reboot pending"
	}
	return string(o)
}

// Terse shortens an error about a machine that is named before it: each
// caller put its own words before those of the one it called.
func Terse(machine, reason string) string {
	parts := strings.Split(reason, ": ")
	var kept []string
	for i, part := range parts {
		if i+1 < len(parts) && (part == machine || strings.HasPrefix(parts[i+1], part+" ")) {
			continue
		}
		if i+1 < len(parts) {
			part = strings.TrimSuffix(part, " on "+machine)
		}
		kept = append(kept, part)
	}
	if len(kept) == 2 && (kept[0] == "activate" || kept[0] == "confirm") && unitFailed(kept[1]) {
		kept = kept[1:]
	}
	return strings.Join(kept, ": ")
}

// unitFailed reports whether a reason begins with "name.service failed": what
// was being done then goes without saying.
func unitFailed(reason string) bool {
	unit, _, ok := strings.Cut(reason, " failed")
	return ok && strings.Contains(unit, ".") && !strings.Contains(strings.ReplaceAll(unit, ", ", ","), " ")
}

// RunVerb says what a run does: its goal, or that it is a rollback.
func RunVerb(b event.RunStarted) string {
	if b.Kind == string(plan.Rollback) {
		return string(plan.Rollback)
	}
	return b.Goal
}

// PlanVerb says what the plan does to its machines.
func PlanVerb(pl *plan.Plan) string {
	if pl.Kind == plan.Rollback {
		return "roll back"
	}
	return string(pl.Goal)
}

// Runs says what the machine runs now.
func Runs(pl *plan.Plan, e *plan.Entry) string {
	if e.From.Path == "" && pl.Goal == engine.GoalBuild {
		return "not asked"
	}
	return OrUnknown(Path(e.From.Path))
}

// Supply says which layer and channel a package comes from, and came from.
func Supply(ch plan.PackageChange) string {
	was, is := SuppliedBy(ch.OldLayer, ch.OldChannel), SuppliedBy(ch.NewLayer, ch.NewChannel)
	switch ch.Op {
	case plan.Removed:
		return was
	case plan.Changed:
		return was + " -> " + is
	}
	return is
}

// SuppliedBy says which channel supplies a package, by which layer.
func SuppliedBy(layer, channel string) string {
	switch {
	case layer == "" && channel == "":
		return "supplier unknown"
	case layer == "":
		return channel
	case channel == "":
		return layer
	}
	return channel + " by " + layer
}

// FileRemark says how large a file is that differs, and what else of it does.
func FileRemark(ch plan.FileChange) string {
	remark := Size(ch.NewSize)
	if ch.Op == plan.Removed {
		remark = Size(ch.OldSize)
	}
	if ch.Binary {
		remark += ", binary or large"
	}
	if ch.Laid {
		remark += ", one line of JSON, laid out here"
	}
	if ch.Op == plan.Changed && ch.OldMode != ch.NewMode {
		remark += ", mode " + ch.OldMode + " -> " + ch.NewMode
	}
	return remark
}

// Scoped puts a home-manager user before a name.
func Scoped(user, name string) string {
	if user == "" {
		return name
	}
	return user + ": " + name
}

// Omissions counts what is left out of the systems of the group's machines.
func Omissions(pl *plan.Plan, g *plan.Group) (least, most int, known bool) {
	for _, name := range g.Machines {
		list, ok := pl.Omits(name)
		if !ok {
			continue
		}
		if !known {
			least = len(list)
		}
		least, most, known = min(least, len(list)), max(most, len(list)), true
	}
	return least, most, known
}

// Remark says what the columns do not: the cause of a problem, as of when the
// host answered.
func Remark(st session.Status) string {
	switch {
	case st.Facts.NoTarget && st.WantedErr != nil:
		return st.WantedErr.Error()
	case st.Facts.NoTarget: // its state says it
		return ""
	case st.Facts.Reach == fleet.Unreachable:
		return st.Facts.Cause
	}
	var said []string
	switch {
	case st.WantedErr != nil:
		said = append(said, st.WantedErr.Error())
	case st.Facts.Damaged != "":
		said = append(said, st.Facts.Damaged)
	}
	if g := st.Facts.Guard; len(said) > 0 {
		if g != nil && g.State != GuardRolledBack {
			said = slices.DeleteFunc(append(said, guarded(g, st.Facts.At)), func(s string) bool { return s == "" })
		}
		return strings.Join(said, "; ")
	}
	said = Health(&st.Facts, st.Facts.At)
	if behind := Behind(st); behind != "" {
		said = append(said, behind)
	}
	switch {
	case st.State == session.StateStaged:
		said = append(said, "boots the wanted system next")
	case st.Facts.Profile != st.Facts.Running:
		said = append(said, "boots "+OrUnknown(Path(st.Facts.Profile))+" next")
	}
	return strings.Join(said, "; ")
}

// NoTarget is the state of a machine that has no address. It is no alarm:
// nobody asks it.
const NoTarget = "no target"

// State is a machine's state in one or two words.
func State(st session.Status) string {
	if st.Facts.NoTarget {
		return NoTarget
	}
	return string(st.State)
}

// States are all that State says, the worst first.
func States() []string {
	var out []string
	for _, s := range session.States() {
		out = append(out, string(s))
	}
	return append(out, NoTarget)
}

// OrUnknown is the text, or "unknown" where there is none.
func OrUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// Age says how long ago something was, in one unit: "3s", "12m", "5h", "9d".
func Age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(int(d.Seconds()), 0))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// Elapsed says how long something took or takes: "0.4s", "12s", "3m05s".
func Elapsed(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", max(d.Seconds(), 0))
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}
