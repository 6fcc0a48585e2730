package endtoend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
)

// TestMistakes: what cannot be evaluated or built is told with the machine,
// the place and the lines that matter, and stops no other machine.
func TestMistakes(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.turn("drill", miniature.EvalError)
	f.turn("gauge", miniature.BuildFails)
	f.commit("mistakes")
	place := fmt.Sprintf("knobs/drill.nix:%d", miniature.EvalErrorLine)
	for _, args := range [][]string{{"build"}, {"plan", "--goal", "build"}, {"update", "--goal", "build", "--yes"}} {
		c := f.assay(args...).want(t, failed, place, "missing-tool", "gauge", "cracked-1.0", "cracked: the mould leaks")
		if args[0] == "build" {
			for machine, system := range f.systems("anvil", "lathe") {
				c.says(t, machine, system)
			}
		}
	}
	f.assay("status").want(t, failed, place)
}

// TestBuildAndPush builds for people and into a cache that Nix can read.
func TestBuildAndPush(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	cache := t.TempDir()
	f.assay("build", "anvil", "--push", "file://"+cache).want(t, done, f.systems("anvil")["anvil"])
	path := f.systems("anvil")["anvil"]
	if got := f.sh("nix", "path-info", "--store", "file://"+cache, path); got != path {
		t.Errorf("the cache says %q", got)
	}
	if _, err := os.Stat(filepath.Join(cache, filepath.Base(path)[:32]+".narinfo")); err != nil {
		t.Error(err)
	}
	f.assay("build", "anvil", "--push", "file:///dev/null/cache").want(t, failed, "anvil")
	f.write("spare.nix", "{ }\n")
	for _, args := range [][]string{{"build", "anvil"}, {"plan", "anvil", "--goal", "build"}} {
		if c := f.assay(args...).want(t, done); !strings.Contains(c.stderr, "git does not track spare.nix: Nix does not see it; hint: git add spare.nix") {
			t.Errorf("%v says nothing of a file that Nix does not see:\n%s", args, c)
		}
	}
}

// TestBump moves an input, looks, and keeps or discards.
func TestBump(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	world, err := miniature.Write(filepath.Join(t.TempDir(), "world"))
	if err != nil {
		t.Fatal(err)
	}
	f.write("flake.nix", strings.ReplaceAll(f.read("flake.nix"), f.world.Dir, world.Dir))
	f.sh("nix", "flake", "lock")
	f.commit("a world that changes")
	before := f.read("flake.lock")
	f.assay("bump", "nixpkgs", "anvil").want(t, done, "nothing would change")

	name := filepath.Join(world.Dir, "nixpkgs", "pkgs", "versions.nix")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), `ripgrep = "`, `ripgrep = "9`, 1)
	if changed == string(text) {
		t.Fatalf("%s has no ripgrep:\n%s", name, text)
	}
	if err := os.WriteFile(name, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	f.assay("bump", "nixpkgs", "anvil,drill", "--build", "--discard").want(t, done, "nixpkgs: sha256-", " -> sha256-", "drill", "ripgrep", " -> 9", "anvil", "discarded: nothing has changed")
	if f.read("flake.lock") != before || f.sh("git", "status", "--porcelain") != "" {
		t.Errorf("a bump that was discarded has changed something: %s", f.sh("git", "status", "--porcelain"))
	}
	f.assay("bump", "nixpkgs", "drill", "--keep").want(t, done, "flake.lock is updated")
	if f.sh("git", "status", "--porcelain") != "M flake.lock" || f.read("flake.lock") == before {
		t.Errorf("a bump that was kept: %q", f.sh("git", "status", "--porcelain"))
	}
	f.assay("bump", "nixpkgs", "drill").want(t, done, "at its newest already, sha256-", "nothing would change")
	costs, err := os.ReadFile(filepath.Join(workshop.dir, "nix", "cache", "assay", "nix", "history.json"))
	if err != nil || !strings.Contains(string(costs), f.dir+`"`) || strings.Contains(string(costs), "/bump-") {
		t.Errorf("what evaluations cost is not kept under the fleet's name, or under the name of a passing copy: %v\n%s", err, costs)
	}
	f.assay("bump", "nosuch", "drill").want(t, failed, "nosuch")
}

// TestInit drafts a fleet.toml, which then is one.
func TestInit(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.assay("init").want(t, declined, "[machines.anvil.deploy]", "--yes")
	if f.sh("git", "status", "--porcelain") != "" {
		t.Error("a question has written something")
	}
	f.assay("init", "--yes").want(t, done, "git add fleet.toml", "note: flake.nix puts the commit into the systems")
	before := f.systems("anvil")["anvil"]
	if got := f.sh("git", "status", "--porcelain"); got != "?? fleet.toml" {
		t.Errorf("init has written %q", got)
	}
	f.commit("a fleet.toml")
	if f.systems("anvil")["anvil"] == before {
		t.Error("a commit makes no other system: what init notes is wrong")
	}
	f.assay("machines").want(t, done, "lathe", "no target")
	f.write("fleet.toml", f.read("fleet.toml")+"[machines.anvil.deploy]\ntargets = [\"root@192.0.2.1\"]\n")
	f.assay("machines").want(t, 2, "fleet.toml:")
	f.assay("machines", "nosuch").want(t, 2)
}
