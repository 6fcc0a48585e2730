package aspect

import (
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/known"
	"assay/ui/view/viewtest"
)

// TestDoubt is sure of an unused aspect only where all of the tree was read.
func TestDoubt(t *testing.T) {
	v := of("nixos/odd", nil, odd())
	for i, c := range []struct {
		problem fleet.Problem
		want    string
	}{
		{fleet.Problem{Severity: fleet.Warning, At: fleet.Pos{File: "m/a.nix"}}, "! unused: no machine"},
		{fleet.Problem{Severity: fleet.Error, At: fleet.Pos{File: "fleet.toml"}}, "! unused: no machine"},
		{fleet.Problem{Severity: fleet.Error, At: fleet.Pos{File: "m/a.nix"}}, "? unused as far as read: no machine"},
	} {
		v.env.Known.Problems = known.Loaded[[]fleet.Problem]{Value: []fleet.Problem{c.problem}, At: viewtest.Now.AddDate(0, 0, i)}
		if got := v.Render(80, 20); !strings.Contains(got, c.want) {
			t.Errorf("want %q, got\n%s", c.want, got)
		}
	}
}
