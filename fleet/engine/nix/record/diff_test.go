package record_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/nix/record"
	"assay/fleet/host/bed"
	"assay/fleet/run/plan"
)

// before and after differ in every way that Nix tells of.
const (
	before = `let mk = import ./mk.nix; in mk "tools" [
		(mk "fish-4.0" [] 9) (mk "grown-1" [] 9) (mk "same-1" [] 4) (mk "little-1" [] 4) (mk "gone-2.0" [] 30)
		(mk "twice-1.0" [] 3) (mk "twice-1.1" [] 3) (mk "gcc-13.3-lib" [] 40) (mk "none" [] 20) (mk "web-unstable-2024-01-01" [] 1) ] 1`
	after = `let mk = import ./mk.nix; in mk "tools" [
		(mk "fish-4.1" [] 9) (mk "grown-1" [] 29) (mk "same-1" [] 4) (mk "little-1" [] 6) (mk "new-0.1" [] 30) (mk "bare" [] 30)
		(mk "twice-1.1" [] 3) (mk "twice-1.2" [] 3) (mk "gcc-13.3-lib" [] 20) (mk "none-7" [] 20) (mk "web-unstable-2024-02-02" [] 1) ] 1`
	mk = `name: deps: kib: derivation {
		inherit name; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/bin";
		args = [ "-c" "set -e; mkdir $out; echo ${toString deps} > $out/deps; dd if=/dev/zero of=$out/x bs=1024 count=${toString kib} 2>/dev/null; echo > $out/y" ]; }`
)

// The packages of a plan are those of nix store diff-closures.
func TestPackagesAreThoseOfNix(t *testing.T) {
	for _, nix := range bed.Nixes(t) {
		t.Run(nix.Version, func(t *testing.T) {
			dir := t.TempDir()
			env := append(nix.Env(t), "NIX_REMOTE="+filepath.Join(dir, "store"))
			t.Cleanup(func() { exec.Command("chmod", "-R", "u+w", dir).Run() })
			run := func(program string, args ...string) string {
				t.Helper()
				cmd := nix.Command(t, program, args...)
				cmd.Env, cmd.Dir = env, dir
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("%s %s: %v", program, args, err)
				}
				return strings.TrimSpace(string(out))
			}
			build := func(expression string) (string, *engine.Record) {
				t.Helper()
				for name, text := range map[string]string{"mk.nix": mk, "system.nix": expression} {
					if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				system := run("nix-build", "--no-out-link", "system.nix")
				paths := strings.Fields(run("nix-store", "--query", "--requisites", system))
				sizes := strings.Fields(run("nix-store", append([]string{"--query", "--size"}, paths...)...))
				var objects []engine.Object
				for i, p := range paths {
					o := engine.Object{Path: p}
					fmt.Sscan(sizes[i], &o.NarSize)
					objects = append(objects, o)
				}
				r, err := record.Local(filepath.Join(dir, "store"), system, objects)
				if err != nil {
					t.Fatal(err)
				}
				return system, &r
			}
			from, old := build(before)
			to, wanted := build(after)
			same(t, run("nix", "store", "diff-closures", from, to), difference(from, to, old, wanted))
			same(t, run("nix", "store", "diff-closures", to, from), difference(to, from, wanted, old))
		})
	}
}

func difference(from, to string, old, wanted *engine.Record) []plan.PackageChange {
	p := plan.New(plan.Input{Goal: engine.GoalSwitch, At: time.Unix(0, 0), Hosts: []plan.Host{{
		Machine: fleet.Machine{Name: "h1", System: "x86_64-linux"},
		Facts:   fleet.Facts{Reach: fleet.Reachable, Running: from, Profile: from},
		Current: old, Wanted: engine.System{Path: to, Record: *wanted},
	}}})
	return p.Change("h1").Packages
}

var (
	colour = regexp.MustCompile("\x1b\\[[0-9;]*m")
	amount = regexp.MustCompile(`[-+]?[0-9.]+ [KM]iB`)
)

// same compares what Nix says with packages. How Nix rounds sizes depends on
// its version: they are compared in whole KiB, with a sign.
func same(t *testing.T, said string, list []plan.PackageChange) {
	t.Helper()
	var want, got []string
	for line := range strings.Lines(colour.ReplaceAllString(said, "")) {
		want = append(want, amount.ReplaceAllStringFunc(strings.TrimSpace(line), func(s string) string {
			var n float64
			fmt.Sscan(s, &n)
			return fmt.Sprintf("%+.0f KiB", n)
		}))
	}
	for _, p := range list {
		var parts []string
		if len(p.OldVersions)+len(p.NewVersions) > 0 {
			parts = append(parts, versions(p.OldVersions)+" → "+versions(p.NewVersions))
		}
		if p.Size >= 8<<10 || p.Size <= -8<<10 {
			parts = append(parts, fmt.Sprintf("%+.0f KiB", float64(p.Size)/1024))
		}
		got = append(got, p.Name+": "+strings.Join(parts, ", "))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nNix says\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(want) < 9 {
		t.Errorf("Nix says no more than\n%s", said)
	}
}

func versions(list []string) string {
	if len(list) == 0 {
		return "∅"
	}
	var out []string
	for _, v := range list {
		if v == "" {
			v = "ε"
		}
		out = append(out, v)
	}
	return strings.Join(out, ", ")
}
