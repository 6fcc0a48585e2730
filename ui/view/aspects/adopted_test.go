package aspects

import (
	"testing"

	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// TestGoldenAdopted: a flake whose files are not read says so, and what works.
func TestGoldenAdopted(t *testing.T) {
	v := New(viewtest.Env(viewtest.Adopted(t)), view.Link{})
	viewtest.Golden(t, "adopted", v)
}
