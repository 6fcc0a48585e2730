package machine_test

import (
	"errors"
	"strings"
	"testing"

	"assay/fleet"
	"assay/modules/compose"
	"assay/ui/view/viewtest"
)

func TestGoldenAdopted(t *testing.T) {
	k := viewtest.Adopted(t)
	for _, name := range []string{"anvil", "bellows", "chisel", "drill", "hammer", "lathe"} {
		viewtest.Golden(t, "adopted-"+name, open(t, k, name, ""))
	}
	for _, part := range []string{"imports", "options", "services", "packages"} {
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

// TestImportsOfFlakes: what has a condition says so, what is unknown says why
// and where, and what the machine's own configuration imports is no aspect's.
func TestImportsOfFlakes(t *testing.T) {
	k := viewtest.Adopted(t)
	viewtest.Golden(t, "adopted-imports-maybe", open(t, k, "drill", "imports"))
	sc := &k.Compositions["drill"].Value.Scope
	sc.Files = append(sc.Files, compose.File{Path: "hardware/drill.nix", From: "machines/nixos/drill", Condition: "inputs ? drill"})
	sc.Foreign = append(sc.Foreign, compose.Foreign{Ref: "a module that is not known", From: "hosts/drill", Why: "too deep", At: fleet.Pos{File: "x.nix", Line: 3}})
	screen := open(t, k, "drill", "imports").Render(120, 40)
	shows(t, "imports", screen, `if builtins.getEnv "NIGHT_SHIFT" != ""`, "hardware/drill.nix  by its configuration  if inputs ? drill", "? unknown: too deep  by hosts/drill", "x.nix:3")
	shows(t, "overview", open(t, k, "drill", "").Render(120, 60), "2 imports with a condition, 1 import unknown")
}

// TestSource: who says what is declared of the machine.
func TestSource(t *testing.T) {
	k := viewtest.Unconfirmed(t)
	viewtest.Golden(t, "unconfirmed-anvil", open(t, k, "anvil", ""))
	k.Asking, k.Unconfirmed = false, errors.New("no network")
	shows(t, "refused", open(t, k, "anvil", "").Render(100, 60), "read from files; Nix cannot confirm it")
}
