package modules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet"
)

// corpusCounts is what flakes of the field hold, by checkout: members of the
// registries that have well-known names, and hosts of outputs. Nix gave the
// same numbers for these commits where it could evaluate them.
var corpusCounts = map[string]struct {
	aspects, nixos, darwin, homes int
}{
	"GaetanLepage+nix-config":   {54, 6, 0, 3},
	"Gako358+dotfiles":          {98, 10, 0, 0},
	"bivsk+nix-iv":              {95, 4, 0, 0},
	"britter+nix-configuration": {96, 10, 0, 2},
	"cameronraysmith+vanixiets": {aspects: 61, homes: 18},
	"clan-lol+clan-infra":       {aspects: 28},
	"drupol+infra":              {aspects: 1},
	"kriswill+dotfiles":         {63, 1, 3, 0},
	"mightyiam+infra":           {nixos: 5},
	"perstarkse+infra":          {aspects: 101},
	"pinpox+nixos":              {aspects: 88, homes: 3},
}

// TestCorpus reads the checkouts of real flakes below $ASSAY_CORPUS: names are
// complete and none is invented, and nothing that Nix accepts is refused.
func TestCorpus(t *testing.T) {
	corpus := os.Getenv("ASSAY_CORPUS")
	if corpus == "" {
		t.Skip("not run: ASSAY_CORPUS names no directory of checkouts")
	}
	flakes, err := filepath.Glob(filepath.Join(corpus, "*", FlakeFile))
	if err != nil || len(flakes) == 0 {
		t.Fatalf("no flakes below %s: %v", corpus, err)
	}
	for _, name := range flakes {
		dir := filepath.Dir(name)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			tree, err := ReadFlake(os.DirFS(dir), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range tree.Problems {
				if p.Severity == fleet.Error {
					t.Error(p)
				}
			}
			want, ok := corpusCounts[filepath.Base(dir)]
			if !ok {
				t.Logf("%d aspects, %d hosts; no numbers to compare with", len(tree.Aspects), len(tree.Hosts))
				return
			}
			got := want
			got.aspects, got.nixos, got.darwin, got.homes = 0, 0, 0, 0
			for _, a := range tree.Aspects {
				if reg := registryOf(tree.Registries, a.Path); reg != nil && !reg.Typed { // nil for den's
					got.aspects++
				}
			}
			for _, h := range tree.Hosts {
				switch {
				case !strings.HasPrefix(h.Form, "flake."):
				case h.Class == fleet.NixOS:
					got.nixos++
				case h.Class == fleet.Darwin:
					got.darwin++
				default:
					got.homes++
				}
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func BenchmarkReadFlake(b *testing.B) {
	corpus := os.Getenv("ASSAY_CORPUS")
	if corpus == "" {
		b.Skip("not run: ASSAY_CORPUS names no directory of checkouts")
	}
	fsys := os.DirFS(filepath.Join(corpus, "cameronraysmith+vanixiets"))
	for b.Loop() {
		if _, err := ReadFlake(fsys, nil); err != nil {
			b.Fatal(err)
		}
	}
}
