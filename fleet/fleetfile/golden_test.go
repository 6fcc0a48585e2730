package fleetfile

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet"
)

var update = flag.Bool("update", false, "write the expected errors anew")

// TestErrors compares the errors of testdata/errors/*.toml with the .txt
// beside each.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".toml"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse("fleet.toml", src)
			es, ok := errors.AsType[Errors](err)
			if !ok || len(es) == 0 {
				t.Fatalf("no errors: %v", err)
			}
			golden := strings.TrimSuffix(file, ".toml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(es.Error()+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got := es.Error() + "\n"; got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if p, ok := errors.AsType[fleet.Problem](error(es)); !ok || p != es[0] {
				t.Error("the single errors cannot be reached")
			}
		})
	}
}
