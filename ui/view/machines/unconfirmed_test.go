package machines

import (
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// TestGoldenUnconfirmed: what the files say is there before Nix has said it.
func TestGoldenUnconfirmed(t *testing.T) {
	viewtest.Golden(t, "unconfirmed", New(viewtest.Env(viewtest.Unconfirmed(t)), view.Link{}))
}

// TestNoMachines: a flake without machines is not told of fleet.toml.
func TestNoMachines(t *testing.T) {
	k := known.New(&fleet.Fleet{}, viewtest.Now)
	k.Adopted = true
	got := New(viewtest.Env(k), view.Link{}).Render(80, 20)
	if !strings.Contains(got, "nixosConfigurations") || strings.Contains(got, "fleet.toml") {
		t.Error(got)
	}
}
