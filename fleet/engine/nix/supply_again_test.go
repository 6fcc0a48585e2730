package nix

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine"
)

// TestSupplyOfLateChannel: that a channel could not be fetched is not
// remembered as something about the package.
func TestSupplyOfLateChannel(t *testing.T) {
	b := overlaidBench(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "late", "default.nix"), "final: { htop = final.htop.overrideAttrs { mark = \"late\"; }; }\n")
	archive := filepath.Join(dir, "late.tar")
	fetched := fmt.Sprintf(`builtins.fetchTree { type = "tarball"; url = "file://%s"; narHash = "%s"; }`, archive, b.hashOf(t, filepath.Join(dir, "late")))
	write(t, filepath.Join(b.dir, "overlays/channels.nix"), strings.Replace(overlaid["overlays/channels.nix"],
		"gone = throw", "late = import \"${"+fetched+"}\" final;\n  gone = throw", 1))
	b.commit(t)
	ask := func() engine.Supply {
		t.Helper()
		told, err := b.engine.Supplies(t.Context(), []engine.SupplyQuestion{{Machine: "listed", Packages: []string{"htop"},
			Channels: []engine.SupplyChannel{{Name: "unstable"}, {Name: "late", Attribute: "late"}}}}, nil)
		if err != nil || len(told) != 1 {
			t.Fatalf("%+v, %v", told, err)
		}
		return told[0]
	}
	if s := ask(); s.Is.Derivation == "" || s.Channels["late"].Derivation != "" || !strings.Contains(s.Channels["late"].Unknown, "late.tar") {
		t.Errorf("not there: %+v", s)
	}
	if out, err := exec.CommandContext(t.Context(), "tar", "-C", dir, "-cf", archive, "late").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if s := ask(); s.Channels["late"].Derivation == "" {
		t.Errorf("there: %+v", s)
	}
	n := b.runs("eval")
	if ask(); b.runs("eval") != n {
		t.Error("what is known is asked again")
	}
}

// TestSupplyOfMany: however much is known when Nix gives up, it can be asked
// for the rest.
func TestSupplyOfMany(t *testing.T) {
	b := overlaidBench(t)
	const absent = 900
	q := engine.SupplyQuestion{Machine: "listed", Layers: true}
	for i := range absent {
		q.Packages = append(q.Packages, fmt.Sprint("absent", i))
	}
	q.Packages = append(q.Packages, "uncaught", "htop")
	for i := range 9 {
		q.Channels = append(q.Channels, engine.SupplyChannel{Name: fmt.Sprint(i)})
	}
	told, err := b.engine.Supplies(t.Context(), []engine.SupplyQuestion{q}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range told[:absent] {
		if s.Package != q.Packages[i] || s.Is.Unknown != whyNot["absent"] || s.Unknown == "" {
			t.Fatalf("%d: %+v", i, s)
		}
	}
	if uncaught, htop := told[absent], told[absent+1]; !strings.Contains(uncaught.Is.Unknown, "nowhere") || htop.Is.Derivation == "" || htop.Channels["8"].Derivation == "" || htop.Dependency != "no" {
		t.Errorf("%+v\n%+v", uncaught, htop)
	}
}

// TestSupplyOfHive asks about a machine that only colmena's set has.
func TestSupplyOfHive(t *testing.T) {
	files := map[string]string{
		"flake.nix": `{
  inputs.nixpkgs.url = "path:/nowhere/nixpkgs";
  outputs = { nixpkgs, ... }: {
    colmenaHive.nodes.web = nixpkgs.lib.nixosSystem { modules = [ { nixpkgs.system = "x86_64-linux"; } ]; };
  };
}
`}
	b := supplyBench(t, files, "nixpkgs")
	told, err := b.engine.Supplies(t.Context(), []engine.SupplyQuestion{{Machine: "web", Packages: []string{"htop"},
		Channels: []engine.SupplyChannel{{Name: "unstable"}}}}, nil)
	if err != nil || told[0].Is.Derivation == "" {
		t.Errorf("%+v, %v", told, err)
	}
	b.evaluate(t.Context(), "web").all(t, 1)
}
