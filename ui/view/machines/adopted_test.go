package machines

import (
	"testing"

	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// TestGoldenAdopted: the machines of a flake as Nix tells them.
func TestGoldenAdopted(t *testing.T) {
	v := New(viewtest.Env(viewtest.Adopted(t)), view.Link{})
	viewtest.Golden(t, "adopted", v)
	viewtest.Do(v, "table.sort-by failed", "table.wide")
	for range 15 { // columns, to those that only somebody who looks for them sees
		v.Render(80, 20)
		viewtest.Do(v, "move.right")
	}
	viewtest.Golden(t, "adopted-wide", v)
}
