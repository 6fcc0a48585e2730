package nix

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
)

// stores are machines whose stores are directories.
type stores struct{ dir string }

var errNoMachine = errors.New("no such machine")

func (s stores) Store(_ context.Context, machine string) (string, []string, func() error, error) {
	if machine == "nowhere" {
		return "", nil, nil, errNoMachine
	}
	return filepath.Join(s.dir, machine), nil, func() error { return nil }, nil
}

func TestBuildOnOtherMachines(t *testing.T) {
	for _, nix := range oldestAndNewest(t) {
		t.Run(nix.Version, func(t *testing.T) {
			dir := t.TempDir()
			t.Cleanup(func() {
				if err := miniature.Remove(dir); err != nil {
					t.Error(err)
				}
			})
			files, names := fleetOf(t, 4)
			files["hosts/m4"] = "{ mk, shared }: mk \"host-four\" ''\n  echo ${shared}; echo it burns; exit 3\n''\n"
			b := newBenchOf(t, nix, files, Options{Remote: stores{dir}, Builder: func(machine string) string {
				return map[string]string{"m1": "target", "m2": "builder", "m3": "nowhere", "m4": "builder"}[machine]
			}})
			a := b.build(t.Context(), b.evaluate(t.Context(), names...).all(t, 4)...)
			if len(a.closures) != 2 || !errors.Is(a.errs["m3"], errNoMachine) {
				t.Fatalf("%d closures, errors %v", len(a.closures), a.errs)
			}
			if f, ok := errors.AsType[*BuildError](a.errs["m4"]); !ok || len(f.Failures) != 1 || !strings.Contains(f.Error(), "it burns") {
				t.Errorf("m4: %v", a.errs["m4"])
			}
			for machine, want := range map[string]bool{"m1": false, "m2": true} {
				c := a.closures[machine]
				if len(c.Objects) != 3 || c.Record.Version == 0 || c.There == want {
					t.Errorf("%s: %+v", machine, c)
				}
				invalid, err := b.engine.invalid(t.Context(), []string{c.System})
				if err != nil || invalid[c.System] == want {
					t.Errorf("%s is here: %v, want %v, %v", machine, !invalid[c.System], want, err)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, "m1", a.closures["m1"].System)); err != nil {
				t.Error(err)
			}
		})
	}
}
