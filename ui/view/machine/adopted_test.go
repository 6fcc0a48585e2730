package machine_test

import (
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/view/viewtest"
)

func TestGoldenAdopted(t *testing.T) {
	k := viewtest.Adopted(t)
	for _, name := range []string{"anvil", "bellows", "chisel", "drill", "hammer", "lathe"} {
		viewtest.Golden(t, "adopted-"+name, open(t, k, name, ""))
	}
	for _, part := range []string{"imports", "services"} {
		viewtest.Golden(t, "adopted-"+part, open(t, k, "anvil", part))
	}
}

// TestHealthThatIsNotSaid: what a host says nothing about is unknown beside
// what it says, and absent where it says nothing of the kind.
func TestHealthThatIsNotSaid(t *testing.T) {
	k := viewtest.Adopted(t)
	screen := open(t, k, "drill", "").Render(100, 60)
	shows(t, "little said", screen, "units       ? unknown", "/nix        ? unknown", "revision    ? unknown", "does not say whether their kernels differ")
	k.Hosts["drill"].Facts.Nix = ""
	k.Hosts["drill"].Asked = viewtest.Now // tells this answer from the one before
	k.Hosts["drill"].Facts.Inhibitors = "{\x1b[31m not JSON"
	k.Hosts["drill"].Facts.Guard = &fleet.Guard{State: "failed"}
	k.Revision++
	screen = open(t, k, "drill", "").Render(100, 60)
	shows(t, "nothing said", screen, "failed", "not JSON")
	for _, absent := range []string{"units  ", "/nix  ", "/boot  ", "revision  "} {
		if strings.Contains(screen, absent) {
			t.Errorf("%q is in\n%s", absent, screen)
		}
	}
}
