package word

import (
	"fmt"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
)

// Generation says a generation's number behind a system, "" for none.
func Generation(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (generation %d)", n)
}

// Amount says how much there is to copy: "1.4 MB in 12 objects".
func Amount(a plan.Amount) string { return Size(a.Bytes) + " in " + Count(a.Objects, "object") }

// ToCopy says how much the machine needs, "" where that is not asked.
func ToCopy(pl *plan.Plan, e *plan.Entry) string {
	if pl.Goal == engine.GoalBuild {
		return ""
	}
	return Size(e.Copy.Bytes) + " to copy"
}

// AgeKey says what a run does about the host's age identity, "" where the
// fleet has none for it.
func AgeKey(k plan.AgeKey) string {
	switch k {
	case plan.AgeKeyDeliver:
		return "delivered before it is activated"
	case plan.AgeKeyUnchanged:
		return "unchanged"
	case plan.AgeKeyMissing:
		return "missing on the host, and no age identity here opens the machine's"
	case plan.AgeKeyUnopened:
		return "not compared: no age identity here opens the machine's, or the host does not let us look"
	}
	return ""
}

// Differences says how much changes: "1 aspect, 3 options, 0 packages, 2
// files", and units where there are some.
func Differences(ch *plan.Change) string {
	if ch.Unknown != "" {
		return "the difference is not known: " + ch.Unknown
	}
	if ch.Revision {
		return NoDifference(ch)
	}
	packages, paths := ch.Parts()
	text := fmt.Sprintf("%s, %s, %s, %s", Count(len(ch.Aspects), "aspect"), Count(len(ch.Options), "option"),
		Count(len(packages), "package"), Count(len(ch.Files), "file"))
	if n := len(ch.Units); n > 0 { // which not every engine knows
		text += ", " + Count(n, "unit")
	}
	if n := len(paths); n > 0 {
		text += ", " + Count(n, "other path")
	}
	if ch.Rebuilt > 0 {
		text += ", " + Rebuilt(ch.Rebuilt)
	}
	return text
}

// AsWritten says that an option's value is not known, and why. The ellipsis is
// one rune.
func AsWritten(ch *plan.OptionChange, ellipsis string) string {
	switch {
	case ch.Known:
		return ""
	case ch.Why == "":
		return "(as written; what it comes to is unknown)"
	}
	return "(as written; " + Short(ch.Why, 120, ellipsis) + ")"
}

// Places says where an option's value comes from.
func Places(ch *plan.OptionChange) string {
	if ch.At != "" {
		return ch.At
	}
	var places []string
	for _, def := range ch.From {
		places = append(places, def.At)
	}
	return strings.Join(places, ", ")
}

// Omitted says how much is left out of the group's systems altogether, "" for
// nothing, or where the change neither installs them nor leaves out more than
// before.
func Omitted(pl *plan.Plan, g *plan.Group) string {
	least, most, known := Omissions(pl, g)
	if !known || most == 0 || g.Change.Unknown == "" && len(g.Change.LeftOut) == 0 {
		return ""
	}
	where, many := "on every one of these", Count(most, "option")
	if len(g.Machines) == 1 {
		where = "here"
	}
	if least < most {
		many = fmt.Sprintf("%d to %s", least, many)
	}
	if n := len(g.Change.LeftOut); n > 0 {
		many += fmt.Sprintf(" (%d newly)", n)
	}
	return fmt.Sprintf("left out %s: %s that only Nix can build", where, many)
}

// Outcomes says how many machines had each outcome.
func Outcomes(run event.RunStarted, counts map[event.Outcome]int) string {
	var parts []string
	for _, o := range event.Outcomes() {
		if n := counts[o]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, Outcome(run, o)))
		}
	}
	if len(parts) == 0 {
		return "no machine"
	}
	return strings.Join(parts, ", ")
}
