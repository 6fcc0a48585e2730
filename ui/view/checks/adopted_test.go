package checks_test

import (
	"testing"

	"assay/ui/view"
	"assay/ui/view/checks"
	"assay/ui/view/viewtest"
)

// TestGoldenAdopted: where Nix says otherwise than the files, that is a problem.
func TestGoldenAdopted(t *testing.T) {
	v := checks.New(viewtest.Env(viewtest.Adopted(t)), view.Link{})
	viewtest.Golden(t, "adopted", v)
}
