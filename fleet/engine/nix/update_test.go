package nix

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUpdateInput(t *testing.T) {
	for _, nix := range oldestAndNewest(t) {
		t.Run(nix.Version, func(t *testing.T) {
			input := newBenchOf(t, nix, map[string]string{"flake.nix": "{ outputs = _: { }; }\n"}, Options{})
			flake := "{ inputs.other.url = \"git+file://" + input.dir + "\"; outputs = _: { }; }\n"
			b := newBenchOf(t, nix, map[string]string{"flake.nix": flake, "my fleet/flake.nix": flake}, Options{})
			for _, dir := range []string{b.dir, filepath.Join(b.dir, "my fleet")} {
				b.engine.opts.Dir = dir
				lock := filepath.Join(dir, "flake.lock")
				err := b.engine.UpdateInput(t.Context(), "other", nil)
				if err != nil && dir != b.dir && strings.Contains(err.Error(), "locks no flake in a directory of such a name") {
					continue // the oldest
				}
				if err != nil {
					t.Fatalf("%s: %v", dir, err)
				}
				before, err := os.ReadFile(lock)
				if err != nil {
					t.Fatal(err)
				}
				b.git(t, "add", "--all")
				write(t, filepath.Join(input.dir, "more"), dir)
				input.commit(t)
				if err := b.engine.UpdateInput(t.Context(), "other", nil); err != nil {
					t.Fatalf("%s: %v", dir, err)
				}
				if after, err := os.ReadFile(lock); err != nil || string(after) == string(before) {
					t.Errorf("%s: the lock is as it was; %v", dir, err)
				}
			}
			b.engine.opts.Dir = b.dir
			if err := b.engine.UpdateInput(t.Context(), "nobody", nil); err == nil || !strings.Contains(err.Error(), "nobody") {
				t.Errorf("an input that is not there: %v", err)
			}
		})
	}
}

func TestLastError(t *testing.T) {
	const said = "error: unable to download 'https://example.org/x': Couldn't resolve host name (6)"
	lines := []string{"warning: error: unable to download 'https://example.org/x'; retrying in 267 ms",
		"error: something before", "warning: using cached", said, "(use '--show-trace' to show detailed location information)"}
	if got := lastError(lines); "error: "+got != said {
		t.Errorf("got %q", got)
	}
	if got := lastError([]string{"it ended"}); got != "it ended" {
		t.Errorf("got %q", got)
	}
}
