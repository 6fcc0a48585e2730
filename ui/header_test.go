package ui

import (
	"errors"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/known"
	"assay/ui/term"
)

// What is wrong is on a header of 60 and 80 columns, too.
func TestHeaderKeepsWhatIsWrong(t *testing.T) {
	operate(t, func(c *console) {
		c.k.Note = "demo"
		c.k.Checkout.Value = session.Checkout{Revision: "0123456789abcdef", Branch: "a-branch-with-a-long-name", Dirty: fleet.True}
		var problems []fleet.Problem
		for i := range 30 {
			severity := fleet.Warning
			if i < 12 {
				severity = fleet.Error
			}
			problems = append(problems, fleet.Problem{Severity: severity})
		}
		c.k.Problems = known.Loaded[[]fleet.Problem]{Value: problems, At: c.now}
		c.k.Stale = errors.New("broken")
		for _, w := range []int{60, 80, 100, 200} {
			c.w = w
			got := c.header().Text()
			if term.Width(got) > w || !strings.Contains(got, "12 errors") || !strings.Contains(got, "1 unreachable") || !strings.Contains(got, "✘ ") || !strings.Contains(got, "read") {
				t.Errorf("%d columns: %q", w, got)
			}
			if (w == 200) != strings.Contains(got, "a-branch-with-a-long-name 01234567 dirty") || (w == 200) != strings.Contains(got, "18 warnings") {
				t.Errorf("%d columns: %q", w, got)
			}
		}
	})
}
