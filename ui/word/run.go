package word

import (
	"strings"

	"assay/fleet/run/event"
)

// RunName tells a run apart from the others in a few characters: the end of
// its id, after the time.
func RunName(id string) string { return id[strings.LastIndexByte(id, '-')+1:] }

// RunOutcome is how the console calls what became of a run: one that was asked
// to stop is cancelled; the second time it is abandoned.
func RunOutcome(o event.RunOutcome) string {
	if o == event.RunInterrupt {
		return "cancelled"
	}
	return OrUnknown(string(o))
}

// Advice parts a reason from the hint that whoever found it put behind it.
func Advice(reason string) (text, hint string) {
	text, hint, _ = strings.Cut(reason, "; hint: ")
	return text, hint
}

// Cause puts the last part of a reason first, which is what went wrong, and
// what was being done in brackets behind it: where there is little room, the
// latter can be spared.
func Cause(reason string) string {
	i := strings.LastIndex(reason, ": ")
	if i <= 0 || strings.TrimSpace(reason[i+2:]) == "" {
		return reason
	}
	return reason[i+2:] + " (" + reason[:i] + ")"
}
