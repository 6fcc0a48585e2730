package repo_test

import (
	"os"
	"path/filepath"
	"testing"

	"assay/fleet/fleetfile"
	"assay/fleet/repo"
	"assay/modules"
)

// TestLoaders opens a flake whose modules are found by what only fleet.toml
// says.
func TestLoaders(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("flake.nix", `{ outputs = inputs: inputs.mine.lib.make { inherit inputs; src = ./parts; }; }`)
	write("parts/deep/web.nix", `{ inputs, ... }: { flake.nixosConfigurations.anvil = inputs.nixpkgs.lib.nixosSystem { modules = [ ]; }; }`)
	write("more/saw.nix", `{ inputs, ... }: { flake.nixosConfigurations.saw = inputs.nixpkgs.lib.nixosSystem { modules = [ ]; }; }`)
	machines := func() (names string, problems int) {
		t.Helper()
		r, err := repo.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range r.Fleet.Machines {
			names += m.Name + " "
		}
		return names, len(r.Problems())
	}
	if names, problems := machines(); names != "" || problems != 1 {
		t.Errorf("without fleet.toml: machines %q, %d problems", names, problems)
	}
	write("fleet.toml", "[[loader]]\nfunction = \"mine.lib.make\"\nloads = \"import-tree\"\nargument = \"src\"\n[[loader]]\ndir = \"more\"\nloads = \"directory\"\n")
	if names, problems := machines(); names != "anvil saw " || problems != 0 {
		t.Errorf("with fleet.toml: machines %q, %d problems", names, problems)
	}
	write("fleet.toml", "[[loader]]\nfunction = \"mine.lib.make\"\n")
	if _, err := repo.Open(dir); err == nil || err.Error() != "fleet.toml:1:1: expected the key loads in loader" {
		t.Errorf("a loader that loads nothing: %v", err)
	}
}

// TestLoads holds the reader and the file format to the same words.
func TestLoads(t *testing.T) {
	for _, key := range fleetfile.Schema() {
		if key.Path != "loader[].loads" {
			continue
		}
		for i, want := range []string{modules.RuleImportTree, modules.RuleDirectory, modules.RuleArgument} {
			if key.Values[i] != want {
				t.Errorf("fleet.toml calls %q what the reader calls %q", key.Values[i], want)
			}
		}
		return
	}
	t.Error("fleet.toml has no loaders")
}
