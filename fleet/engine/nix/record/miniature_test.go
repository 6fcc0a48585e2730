package record_test

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/nix/miniature"
	"assay/fleet/engine/nix/record"
	"assay/fleet/run/plan"
)

// What a plan says of systems that are laid out as NixOS does.
func TestSystemsOfNixOS(t *testing.T) {
	if _, err := exec.LookPath("nix"); err != nil {
		t.Skip("not run: there is no nix; hint: install nix-bin")
	}
	dir := t.TempDir()
	t.Cleanup(func() { miniature.Remove(filepath.Join(dir, "nix")) })
	env, err := miniature.Environment(filepath.Join(dir, "nix"))
	if errors.Is(err, miniature.ErrNoShell) {
		t.Skip("not run: there is no busybox; hint: install busybox-static")
	}
	if err != nil {
		t.Fatal(err)
	}
	world, err := miniature.Write(filepath.Join(dir, "world"))
	if err != nil {
		t.Fatal(err)
	}
	flake := filepath.Join(dir, "flake")
	if err := miniature.PlainFlake(flake, world); err != nil {
		t.Fatal(err)
	}
	run := func(program string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Env, cmd.Dir = append(cmd.Environ(), env...), flake
		out, err := cmd.Output()
		if err != nil {
			var said []byte
			if exit, ok := errors.AsType[*exec.ExitError](err); ok {
				said = exit.Stderr
			}
			t.Fatalf("%s %s: %v\n%s", program, args, err, said)
		}
		return strings.TrimSpace(string(out))
	}
	run("git", "init", "-q")
	build := func(module string) (string, *engine.Record) {
		t.Helper()
		if _, err := miniature.Turn(flake, "anvil", miniature.Knob(module)); err != nil {
			t.Fatal(err)
		}
		run("git", "add", ".")
		link := filepath.Join(dir, "result")
		run("nix", "build", "--out-link", link, ".#nixosConfigurations.anvil.config.system.build.toplevel")
		system := run("readlink", link)
		var objects []engine.Object
		for line := range strings.Lines(run("nix", "path-info", "--recursive", "--size", system)) {
			var o engine.Object
			fmt.Sscan(line, &o.Path, &o.NarSize)
			objects = append(objects, o)
		}
		r, err := record.Local(filepath.Join(dir, "nix", "store"), system, objects)
		if err != nil {
			t.Fatal(err)
		}
		return system, &r
	}
	from, before := build(`{ }`)
	if before.Machine != "anvil" || before.System != "x86_64-linux" || len(before.Units) == 0 || len(before.Files) == 0 {
		t.Fatalf("%+v", before)
	}
	for name, test := range map[string]struct {
		module string
		want   string
	}{
		"revision": {`{ lib, ... }: { system.nixos.label = lib.mkForce "26.05.another"; system.configurationRevision = lib.mkForce "abc"; }`, "revision"},
		"package":  {string(miniature.Version("hello", "9.9")), "package hello"},
		"kernel":   {`{ boot.kernelParams = [ "quiet" ]; }`, "file /run/current-system/kernel-params"},
		"unit":     {string(miniature.UnitFails), "unit broken.service"},
		"file":     {`{ environment.etc."one".text = "1"; }`, "file /etc/one"},
	} {
		to, wanted := build(test.module)
		p := plan.New(plan.Input{Goal: engine.GoalSwitch, Hosts: []plan.Host{{
			Machine: fleet.Machine{Name: "anvil", System: "x86_64-linux"},
			Facts:   fleet.Facts{Reach: fleet.Reachable, Running: from, Profile: from},
			Current: before, Wanted: engine.System{Path: to, Record: *wanted},
		}}})
		c := p.Change("anvil")
		if c == nil {
			t.Errorf("%s: nothing changes", name)
			continue
		}
		var said []string
		if c.Revision {
			said = append(said, "revision")
		}
		for _, p := range c.Packages {
			said = append(said, "package "+p.Name)
		}
		for _, f := range c.Files {
			said = append(said, "file "+f.Path)
		}
		for _, u := range c.Units {
			said = append(said, "unit "+u.Name)
		}
		if !slices.Contains(said, test.want) || c.Revision != (name == "revision") {
			t.Errorf("%s: %q, %d rebuilt", name, said, c.Rebuilt)
		}
	}
}
