package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"assay/fleet/run/plan"
)

// TestLongListsOfPackages: the first are shown, the others counted, unless all
// are wanted.
func TestLongListsOfPackages(t *testing.T) {
	var list []plan.PackageChange
	for i := range 35 {
		list = append(list, plan.PackageChange{Op: plan.Changed, Name: fmt.Sprintf("package-%02d", i)})
	}
	for _, c := range []struct {
		n, lines int
		whole    bool
		more     string
	}{
		{35, 20, false, "and 15 more; assay plan --all shows them"},
		{21, 21, false, ""}, // the line that counts one would not be shorter
		{35, 35, true, ""},
	} {
		var out bytes.Buffer
		p := &printer{out: &out, whole: c.whole}
		p.packageChanges(list[:c.n])
		if got := strings.Count(out.String(), "package-"); got != c.lines {
			t.Errorf("of %d: %d packages", c.n, got)
		}
		if strings.Contains(out.String(), "more") != (c.more != "") || !strings.Contains(out.String(), c.more) {
			t.Errorf("of %d:\n%s", c.n, out.String())
		}
	}
}
