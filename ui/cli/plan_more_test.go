package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"assay/fleet/run/plan"
	"assay/ui/word"
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

// TestPathsAreNoPackages: what has no version is counted and named apart.
func TestPathsAreNoPackages(t *testing.T) {
	ch := plan.Change{Packages: []plan.PackageChange{{Op: plan.Changed, Name: "fish", OldVersions: []string{"4.0"}, NewVersions: []string{"4.1"}}}}
	for i := range 9 {
		ch.Packages = append(ch.Packages, plan.PackageChange{Op: plan.Added, Name: fmt.Sprintf("unit-script-%d", i), NewVersions: []string{""}, Plain: true})
	}
	var out bytes.Buffer
	(&printer{out: &out}).change(&ch)
	for _, want := range []string{"  packages (1)\n    ~  fish  4.0 -> 4.1\n", "scripts, units, files (9)\n    + unit-script-0  ", "unit-script-5\n    and 3 more; "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("without %q:\n%s", want, out.String())
		}
	}
	if got, want := word.Differences(&ch), "0 aspects, 0 options, 1 package, 0 files, 9 other paths"; got != want {
		t.Errorf("%q", got)
	}
}
