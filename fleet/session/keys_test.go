package session

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/repo"
)

// knowing is a connector that recognises some machines.
type knowing struct{ keys map[string][]string }

func (knowing) Connect(context.Context, host.Target) (host.Conn, error) {
	panic("a check touches no host")
}

func (k knowing) HostKeys(_ context.Context, t host.Target) ([]string, error) {
	return k.keys[t.Machine], nil
}

// TestCheckAdopted: an adopted flake has no composition to complain about, and
// only machines that can be reached and are not recognised lack a key.
func TestCheckAdopted(t *testing.T) {
	f := &fleet.Fleet{Name: "f"}
	for _, name := range []string{"anvil", "bellows", "chisel", "hammer"} {
		f.Machines = append(f.Machines, fleet.Machine{Name: name, Class: fleet.NixOS, System: "x86_64-linux"})
	}
	for i := range 3 {
		f.Machines[i].Deploy.Targets = []string{f.Machines[i].Name + ".example"}
	}
	dir := t.TempDir()
	told := fleet.Problem{Severity: fleet.Warning, Text: "colmena could not be read"}
	flake := `{ outputs = { nixpkgs, ... }: { nixosConfigurations = { anvil = nixpkgs.lib.nixosSystem { modules = [ { a = 1; } ]; }; bellows = nixpkgs.lib.nixosSystem { modules = [ { a = 1; } ]; };
		chisel = nixpkgs.lib.nixosSystem { modules = [ { a = 1; } ]; }; hammer = nixpkgs.lib.nixosSystem { modules = [ { a = 1; } ]; }; }; }; }`
	if err := os.WriteFile(filepath.Join(dir, "flake.nix"), []byte(flake), 0o644); err != nil {
		t.Fatal(err)
	}
	read, err := repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := read.Confirm(f, []fleet.Problem{told})
	if err != nil {
		t.Fatal(err)
	}
	s := New(r, Options{Reach: &Reach{Connector: knowing{map[string][]string{
		"anvil": {"ssh-ed25519 AAAA"}, "chisel": {"@revoked ssh-ed25519 AAAA"},
	}}}})
	found, err := s.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, p := range found {
		texts = append(texts, p.Error())
	}
	all := strings.Join(texts, "\n")
	for _, want := range []string{"colmena could not be read", "bellows: SSH host key missing", "; hint: assay keys pin bellows", "keys pin chisel"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	if len(found) != 3 || strings.Contains(all, "anvil") || strings.Contains(all, "hammer") {
		t.Errorf("found\n%s", all)
	}
	if err := os.MkdirAll(filepath.Join(dir, "vars"), 0o755); err != nil {
		t.Fatal(err)
	}
	found, err = s.Check(t.Context(), nil)
	generated := func(p fleet.Problem) bool { return strings.Contains(p.Hint, "assay vars generate bellows") }
	if err != nil || !slices.ContainsFunc(found, generated) {
		t.Errorf("%v, %v: with vars, clan generates the key", found, err)
	}
	if why := s.Unread(); why != "" {
		t.Errorf("the overlay files of an adopted flake are read: %s", why)
	}
}
