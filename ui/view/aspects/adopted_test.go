package aspects

import (
	"testing"

	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// TestGoldenAdopted: the aspects of a flake, by class and by its own registries.
func TestGoldenAdopted(t *testing.T) {
	v := New(viewtest.Env(viewtest.Adopted(t)), view.Link{})
	viewtest.Golden(t, "adopted", v)
}
