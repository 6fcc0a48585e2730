package layers_test

import (
	"testing"

	"assay/ui/view"
	"assay/ui/view/layers"
	"assay/ui/view/viewtest"
)

// TestGoldenAdopted: a flake that no machine of which has overlays says so, and what
// works.
func TestGoldenAdopted(t *testing.T) {
	v := layers.New(viewtest.Env(viewtest.Adopted(t)), view.Link{})
	viewtest.Golden(t, "adopted", v)
}
