package checks_test

import (
	"testing"

	"assay/ui/view"
	"assay/ui/view/checks"
	"assay/ui/view/viewtest"
)

// TestGoldenAdopted: a flake whose files are not read says so, and what works.
func TestGoldenAdopted(t *testing.T) {
	v := checks.New(viewtest.Env(viewtest.Adopted(t)), view.Link{})
	viewtest.Golden(t, "adopted", v)
}
