package run

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet/run/event"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/widget"
)

// cancelled says what became of a run that was asked to end early: how much
// was done, what was not begun, and what to do now.
func (v *View) cancelled(abandoned bool) widget.Line {
	g := v.env.Style.Glyphs
	done, skipped := 0, v.shot.Outcomes[event.Skipped]
	for o, n := range v.shot.Outcomes {
		if o.Good() {
			done += n
		}
	}
	others := len(v.shot.Machines) - done - skipped
	switch f := v.shot.Finished; {
	case f == nil:
		why := v.interruption()
		if why == "" {
			why = "somebody asked for it"
		}
		return widget.Line{widget.R(style.Warn, g.Warn+" ended early: "+why)}
	case f.Outcome == event.RunDone:
		return widget.Line{widget.R(style.Muted, g.Skip+" asked to cancel, but nothing was left to be skipped")}
	}
	what := "cancelled"
	if abandoned {
		what = "abandoned"
	}
	if why := v.interruption(); why != "" {
		what += " (" + why + ")"
	}
	parts := []string{fmt.Sprintf("%d done", done)}
	if skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d skipped and unchanged", skipped))
	}
	if others > 0 {
		parts = append(parts, fmt.Sprintf("%d came out otherwise", others))
	}
	l := widget.Line{widget.R(style.Warn, g.Warn+" "+what+": "+strings.Join(parts, ", "))}
	if v.noRetry() == "" {
		l = append(l, widget.P("; "), widget.R(style.Key, v.env.Key(action.Retry)), widget.P(fmt.Sprintf(" plans the other %d", len(v.again()))))
	}
	return l
}

// usual is the reason of a run that somebody asked to end.
var usual = []string{"asked to stop", "given up"}

// interruption is why the run ended early, where nobody asked for it.
func (v *View) interruption() string {
	if n := len(v.shot.Interrupted); n > 0 && !slices.Contains(usual, v.shot.Interrupted[n-1].Reason) {
		return v.shot.Interrupted[n-1].Reason
	}
	return ""
}
