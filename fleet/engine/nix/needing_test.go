package nix

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNeeding compares how many derivations need each of those of two systems
// with what nix-store says of them one by one.
func TestNeeding(t *testing.T) {
	for _, nix := range oldestAndNewest(t) {
		t.Run(nix.Version, func(t *testing.T) {
			files, names := fleetOf(t, 3)
			b := newBenchOf(t, nix, files, Options{})
			systems := b.evaluate(t.Context(), names...).all(t, 3)[:2]
			query := func(how string, paths ...string) []string {
				t.Helper()
				c := exec.CommandContext(t.Context(), filepath.Join(b.bin, "nix-store"), append([]string{"--query", how}, paths...)...)
				c.Env = append(os.Environ(), b.env...)
				out, err := c.Output()
				if err != nil {
					t.Fatal(err)
				}
				return slices.DeleteFunc(strings.Fields(string(out)), func(p string) bool { return !strings.HasSuffix(p, ".drv") })
			}
			all := query("--requisites", systems[0].Derivation, systems[1].Derivation)
			got, err := b.engine.Needing(t.Context(), systems, append(all, "/nix/store/none.drv"))
			if err != nil || got["/nix/store/none.drv"] != 0 || len(all) < 3 {
				t.Fatalf("%v, %v", got, err)
			}
			shared := 0
			for _, d := range all {
				want := len(slices.DeleteFunc(query("--referrers-closure", d), func(p string) bool { return p == d || !slices.Contains(all, p) }))
				if got[d] != want {
					t.Errorf("%s: %d need it, not %d", d, got[d], want)
				}
				shared = max(shared, want)
			}
			if shared < 2 {
				t.Error("nothing is shared by the systems")
			}
			if got, err := b.engine.Needing(t.Context(), nil, all); err != nil || len(got) != 0 {
				t.Errorf("of no system: %v, %v", got, err)
			}
		})
	}
}
