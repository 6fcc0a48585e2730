package machines

import (
	"testing"

	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// TestGoldenAdopted: a flake whose files are not read says so, and what works.
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
