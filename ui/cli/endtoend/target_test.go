package endtoend

import (
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
	"assay/fleet/host/bed"
)

// buildsThere is a Mac that builds its own system.
const buildsThere = `
[machines.lathe.deploy]
become = "sudo"
build = "target"
`

// TestBuildsOnTarget has a Mac build its own system and run exactly what was
// planned; what is known here already is copied there instead.
func TestBuildsOnTarget(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	up := bed.Up(t, 1, bed.Darwin("lathe"))
	f.write("fleet.toml", strings.Replace(becomes, "\n[machines.lathe.deploy]\nbecome = \"sudo\"\n", buildsThere, 1))
	f.house(map[string]string{"lathe": "deploy"}, map[string]bed.Host{"lathe": up[1]})
	f.pin()

	f.turn("lathe", miniature.NewFile)
	f.commit("a new file")
	wanted := f.sh("nix", "eval", "--raw", ".#darwinConfigurations.lathe.system.outPath")
	f.assay("plan", "lathe").want(t, done, "files (1)", "+ /etc/workshop/new.txt", "1 machine to switch")
	f.assay("update", "lathe", "--yes").want(t, done, "1 updated")
	f.runs("lathe", wanted)
	if out := f.sh("sh", "-c", "nix-store --check-validity "+wanted+" 2>/dev/null && echo valid || echo invalid"); strings.TrimSpace(out) != "invalid" {
		t.Errorf("it was built here: %q", out)
	}

	f.write("common.nix", strings.Replace(f.read("common.nix"), "Servers of the workshop.", "The servers of the workshop.", 1))
	f.commit("a better handbook")
	wanted = f.systems("lathe")["lathe"] // builds it here
	f.assay("plan", "lathe").want(t, done, "1 machine to switch")
	f.assay("update", "lathe", "--yes").want(t, done, "1 updated")
	f.runs("lathe", wanted)
}
