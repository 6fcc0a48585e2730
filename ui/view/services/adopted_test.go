package services_test

import (
	"testing"

	"assay/fleet"
	"assay/ui/view"
	"assay/ui/view/services"
	"assay/ui/view/viewtest"
)

// TestGoldenAdopted: a flake without an inventory says what services are, and
// one with an inventory has them like any fleet.
func TestGoldenAdopted(t *testing.T) {
	k := viewtest.Adopted(t)
	viewtest.Golden(t, "adopted", services.New(viewtest.Env(k), view.Link{}))
	at := func(line int) fleet.Pos {
		return fleet.Pos{File: "modules/clan/inventory/emergency-access.nix", Line: line}
	}
	k.Fleet.Services = []fleet.Service{
		{Name: "emergency-access", Module: "emergency-access", Input: "clan-core", At: at(3), Roles: []fleet.Role{{
			Name: "default", At: at(8), Settings: map[string]any{"allowedKeys": []any{"ssh-ed25519 AAAA"}},
			Members: []fleet.Member{{Machine: "anvil", Via: "tag all", At: at(8)}, {Machine: "lathe", Via: "tag all", At: at(8)}},
		}}},
		{Name: "press", Module: "printing", At: at(20), Roles: []fleet.Role{{Name: "server", At: at(21)}}},
	}
	viewtest.Golden(t, "adopted-inventory", services.New(viewtest.Env(k), view.Link{}))
}
