package modules

import (
	"slices"
	"testing"
)

// TestLockedSystems reads hosts that are named after the systems of an input,
// of which flake.lock has the hash; an input with another hash stays unknown.
func TestLockedSystems(t *testing.T) {
	const flake = `{
		outputs = inputs@{ self, systems, ... }: {
			homeConfigurations = builtins.listToAttrs (map (s: {
				name = "sam@${s}";
				value = inputs.home-manager.lib.homeManagerConfiguration { modules = [ ]; };
			}) (import systems));
		};
	}`
	lock := func(hash string) string {
		return `{ "root": "root", "version": 7, "nodes": {
			"root": { "inputs": { "systems": ["utils", "systems"], "utils": "utils" } },
			"utils": { "inputs": { "systems": "systems_2" }, "locked": { "narHash": "sha256-other" } },
			"systems_2": { "locked": { "narHash": "` + hash + `" } } } }`
	}
	for hash, want := range map[string][]string{
		"sha256-12tWmuL2zgBgZkdoB6qXZsgJEH9LR3oUgpaQq2RbI80=": {"sam@aarch64-linux", "sam@x86_64-linux"},
		"sha256-other": nil,
	} {
		tree, err := ReadFlake(files("flake.nix", flake, "flake.lock", lock(hash)), nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range tree.Hosts {
			got = append(got, h.Name)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q\n%s", hash, got, want, texts(tree.Problems))
		}
		if want == nil && len(tree.Problems) == 0 {
			t.Error("nothing says that names are not known")
		}
	}
	for _, broken := range []string{"", "{", `{"nodes": {"a": {"inputs": {"systems": ["systems"]}}}, "root": "a"}`, `{"nodes": [], "root": 1}`} {
		if _, err := ReadFlake(files("flake.nix", flake, "flake.lock", broken), nil); err != nil {
			t.Errorf("%q: %v", broken, err)
		}
	}
}
