package miniature_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine/nix/miniature"
	"assay/fleet/fleetfile"
)

// bench is a world, a Nix of its own, and a repository with the plain flake.
type bench struct {
	t     testing.TB
	world miniature.World
	repo  string
	env   []string
}

func plain(t *testing.T) *bench {
	t.Helper()
	for _, program := range []string{"nix", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("not run: " + program + " is not installed")
		}
	}
	dir := t.TempDir()
	t.Cleanup(func() {
		if err := miniature.Remove(filepath.Join(dir, "nix")); err != nil {
			t.Error(err)
		}
	})
	env, err := miniature.Environment(filepath.Join(dir, "nix"))
	if errors.Is(err, miniature.ErrNoShell) {
		t.Skip("not run: busybox is not installed")
	}
	check(t, err)
	w, err := miniature.Write(filepath.Join(dir, "world"))
	check(t, err)
	b := &bench{t: t, world: w, repo: filepath.Join(dir, "plain"), env: append(os.Environ(), env...)}
	check(t, miniature.PlainFlake(b.repo, w))
	b.run("git", "init", "-q")
	b.track()
	check(t, w.Lock(t.Context(), b.repo, b.env, "nixpkgs", "nix-darwin"))
	b.track()
	return b
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) track() { b.run("git", "add", "--all") }

// try runs a program in the repository.
func (b *bench) try(program string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.CommandContext(b.t.Context(), program, args...)
	cmd.Dir, cmd.Env = b.repo, b.env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

func (b *bench) run(program string, args ...string) string {
	b.t.Helper()
	out, errs, err := b.try(program, args...)
	if err != nil {
		b.t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, errs)
	}
	return out
}

func toplevel(machine string) string {
	if machine == "lathe" {
		return ".#darwinConfigurations.lathe.system"
	}
	return ".#nixosConfigurations." + machine + ".config.system.build.toplevel"
}

// build builds machines and returns their store paths by machine.
func (b *bench) build(machines ...string) map[string]string {
	b.t.Helper()
	args := []string{"build", "--no-link", "--json"}
	for _, m := range machines {
		args = append(args, toplevel(m))
	}
	var built []struct{ Outputs map[string]string }
	check(b.t, json.Unmarshal([]byte(b.run("nix", args...)), &built))
	paths := map[string]string{}
	for _, x := range built { // not in the order of the arguments
		out := x.Outputs["out"]
		_, name, is := strings.Cut(out, "-nixos-system-")
		if name, _, _ = strings.Cut(name, "-"); !is {
			name = "lathe"
		}
		paths[name] = out
	}
	for _, m := range machines {
		if paths[m] == "" {
			b.t.Fatalf("%s was not built: %v", m, paths)
		}
	}
	return paths
}

// inside is where a store path is on disk.
func (b *bench) inside(path string) string {
	i := slices.IndexFunc(b.env, func(v string) bool { return strings.HasPrefix(v, "NIX_REMOTE=") })
	return strings.TrimPrefix(b.env[i], "NIX_REMOTE=") + path
}

func TestPlainFlakeBuilds(t *testing.T) {
	b := plain(t)
	paths := b.build(miniature.PlainMachines()...)
	seen := map[string]bool{}
	for machine, path := range paths {
		if seen[path] {
			t.Errorf("%s has the path of another machine, %s", machine, path)
		}
		seen[path] = true
		files := []string{"activate", "activate-user", "etc", "sw/bin/darwin-rebuild", "Library/LaunchDaemons/org.nixos.tidy.plist"}
		if machine != "lathe" {
			files = []string{"activate", "bin/switch-to-configuration", "etc", "init", "initrd", "kernel", "kernel-modules",
				"kernel-params", "nixos-version", "sw", "switch-inhibitors", "system", "systemd"}
		}
		for _, f := range files {
			if _, err := os.Lstat(filepath.Join(b.inside(path), f)); err != nil {
				t.Errorf("%s: %v", machine, err)
			}
		}
	}
}

func TestKnobs(t *testing.T) {
	b := plain(t)
	before := b.build("anvil", "hammer")
	turn := func(k miniature.Knob) {
		t.Helper()
		_, err := miniature.Turn(b.repo, "anvil", k)
		check(t, err)
		b.track()
	}

	turn(miniature.Version("hello", "9.9"))
	after := b.build("anvil", "hammer")
	if after["anvil"] == before["anvil"] || after["hammer"] != before["hammer"] {
		t.Errorf("a new version on anvil: %v, then %v", before, after)
	}
	if out := b.run("nix", "store", "diff-closures", before["anvil"], after["anvil"]); !strings.Contains(out, "hello: 2.12.2") || !strings.Contains(out, "9.9") {
		t.Errorf("diff-closures says %q", out)
	}

	turn(miniature.EvalError)
	_, errs, err := b.try("nix", "build", "--no-link", toplevel("anvil"))
	if err == nil || !strings.Contains(errs, "missing-tool") || !strings.Contains(errs, "knobs/anvil.nix:5:") {
		t.Errorf("the mistake in evaluation: %v\n%s", err, errs)
	}

	turn(miniature.BuildFails)
	_, errs, err = b.try("nix", "build", "--no-link", toplevel("anvil"))
	if err == nil || !strings.Contains(errs, "the mould leaks") {
		t.Errorf("the failing build: %v\n%s", err, errs)
	}

	for _, k := range []miniature.Knob{miniature.UnitFails, miniature.NewKernel, miniature.NewInit, miniature.NewFile} {
		turn(k)
		if now := b.build("anvil")["anvil"]; now == before["anvil"] {
			t.Errorf("the knob changes nothing:\n%s", k)
		}
	}
	check(t, miniature.Release(b.repo, "anvil"))
	b.track()
	if again := b.build("anvil"); again["anvil"] != before["anvil"] {
		t.Errorf("with the knob back it is %s, and was %s", again["anvil"], before["anvil"])
	}
}

func TestAddresses(t *testing.T) {
	b := plain(t)
	check(t, miniature.Addresses(b.repo, map[string]string{"anvil": "root@10.77.0.1"}))
	b.track()
	got := b.run("nix", "eval", "--json", ".#nixosConfigurations", "--apply",
		"builtins.mapAttrs (_: m: m.config.clan.core.networking.targetHost)")
	if !strings.Contains(got, `"anvil":"root@10.77.0.1"`) || !strings.Contains(got, `"drill":null`) {
		t.Errorf("addresses: %s", got)
	}
}

func TestTargets(t *testing.T) {
	dir := t.TempDir()
	check(t, miniature.Targets(dir, map[string][]string{"hammer": {"root@198.51.100.7:22"}, "anvil": {"root@anvil.example", "root@198.51.100.1"}}))
	text, err := os.ReadFile(filepath.Join(dir, "fleet.toml"))
	check(t, err)
	flake := fleet.Fleet{}
	for _, m := range miniature.PlainMachines() {
		flake.Machines = append(flake.Machines, fleet.Machine{Name: m, System: "x86_64-linux", Class: fleet.NixOS})
	}
	f, err := fleetfile.Adopt("fleet.toml", text, &flake, true)
	check(t, err)
	if got := f.Fleet.Machine("anvil").Deploy.Targets; len(got) != 2 {
		t.Errorf("anvil is at %v", got)
	}
	if got := f.Fleet.Machine("drill").Deploy.Targets; len(got) != 0 {
		t.Errorf("drill is at %v", got)
	}
}
