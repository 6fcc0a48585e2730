package services_test

import (
	"testing"

	"assay/ui/view"
	"assay/ui/view/services"
	"assay/ui/view/viewtest"
)

// TestGoldenAdopted: a flake whose files are not read says so, and what works.
func TestGoldenAdopted(t *testing.T) {
	v := services.New(viewtest.Env(viewtest.Adopted(t)), view.Link{})
	viewtest.Golden(t, "adopted", v)
}
