package miniature

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// PlainMachines are the machines of the plain flake, sorted. lathe is the one
// for aarch64-darwin.
func PlainMachines() []string {
	return []string{"anvil", "bellows", "chisel", "drill", "file", "gauge", "hammer", "lathe"}
}

// PlainFlake writes a flake that nobody prepared for assay into dir: seven
// nixosConfigurations and one darwinConfiguration, written by hand, with the
// inputs of the world under absolute paths. Only what git tracks reaches Nix:
// the caller makes dir a repository and adds what was written.
func PlainFlake(dir string, w World) error {
	text, err := files.ReadFile("plain/flake.nix")
	if err != nil {
		return fmt.Errorf("miniature: %w", err)
	}
	r := strings.NewReplacer("@nixpkgs@", w.Reference("nixpkgs"), "@nix-darwin@", w.Reference("nix-darwin"))
	return copyTree(dir, "plain", map[string]string{"flake.nix": r.Replace(string(text))})
}

// Knob is something to go wrong, or to change, on one machine of the plain
// flake: the text of a module.
type Knob string

// The knobs.
const (
	// UnitFails adds broken.service, which starts and fails.
	UnitFails Knob = `{
  systemd.services.broken = {
    description = "Always fails";
    wantedBy = [ "multi-user.target" ];
    serviceConfig.Type = "oneshot";
    script = ''
      echo "broken: cannot open the drawer" >&2
      exit 3
    '';
  };
}
`
	// EvalError is an undefined variable in line EvalErrorLine.
	EvalError Knob = `{ pkgs, ... }:
{
  environment.systemPackages = [
    pkgs.hello
    pkgs.missing-tool
  ];
}
`
	// BuildFails adds a package that says a few lines and then fails.
	BuildFails Knob = `{ pkgs, ... }:
{
  environment.systemPackages = [
    (pkgs.runCommand "cracked-1.0" { } ''
      echo "cracked: melting"
      echo "cracked: pouring"
      echo "cracked: the mould leaks" >&2
      exit 7
    '')
  ];
}
`
	// NewKernel changes the kernel, which a switch is inhibited by.
	NewKernel Knob = `{ pkgs, ... }:
{
  boot.kernelPackages.kernel = pkgs.linux.overrideAttrs { version = "6.12.55"; };
}
`
	// NewInit changes the interface of systemd, so that switching ends with 100.
	NewInit Knob = `{ pkgs, ... }:
{
  systemd.package = pkgs.systemd // { interfaceVersion = 3; };
}
`
	// NewFile adds a file to /etc, the smallest change there is.
	NewFile Knob = `{
  environment.etc."workshop/new.txt".text = "new\n";
}
`
)

// EvalErrorLine is the line of the mistake in EvalError, from 1.
const EvalErrorLine = 5

// Version is a knob that gives a package of nixpkgs another version.
func Version(pkg, version string) Knob {
	return Knob(fmt.Sprintf(`{
  nixpkgs.overlays = [
    (final: prev: {
      %s = prev.%[1]s.override { version = %q; };
    })
  ];
}
`, pkg, version))
}

// Turn turns a knob of a machine in the plain flake at dir. It returns the
// path of the file that it wrote, relative to dir; git must track it before
// Nix sees it.
func Turn(dir, machine string, k Knob) (string, error) {
	if !slices.Contains(PlainMachines(), machine) {
		return "", fmt.Errorf("miniature: the plain flake has no machine %q", machine)
	}
	name := filepath.Join("knobs", machine+".nix")
	if err := os.MkdirAll(filepath.Join(dir, "knobs"), 0o755); err != nil {
		return "", fmt.Errorf("miniature: %w", err)
	}
	return name, os.WriteFile(filepath.Join(dir, name), []byte(k), 0o644)
}

// Release turns a machine's knob back.
func Release(dir, machine string) error {
	return os.Remove(filepath.Join(dir, "knobs", machine+".nix"))
}

// Addresses makes the plain flake at dir say where its machines are, in
// clan.core.networking.targetHost. It writes addresses.json.
func Addresses(dir string, targets map[string]string) error {
	b, err := json.MarshalIndent(targets, "", "  ")
	if err != nil {
		return fmt.Errorf("miniature: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, "addresses.json"), append(b, '\n'), 0o644)
}

// Targets says where machines are in a fleet.toml beside the plain flake at
// dir: addresses in order, by machine.
func Targets(dir string, targets map[string][]string) error {
	var b strings.Builder
	for _, machine := range slices.Sorted(maps.Keys(targets)) {
		fmt.Fprintf(&b, "[machines.%s.deploy]\ntargets = [", machine)
		for i, target := range targets[machine] {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%q", target)
		}
		b.WriteString("]\n")
	}
	return os.WriteFile(filepath.Join(dir, "fleet.toml"), []byte(b.String()), 0o644)
}
