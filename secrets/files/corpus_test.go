package files_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"assay/secrets/files"
)

// TestCorpus finds the encrypted files of real repositories, as many as find
// and grep do, in the states that comparing their recipients with .sops.yaml
// by hand gives.
func TestCorpus(t *testing.T) {
	corpus := os.Getenv("ASSAY_CORPUS")
	if corpus == "" {
		t.Skip("not run: ASSAY_CORPUS is not set")
	}
	for repo, want := range map[string]map[files.State]int{
		"cameronraysmith+vanixiets": {files.OK: 19}, "Mic92+dotfiles": {files.NoRule: 1}, "Qubasa+dotfiles": {}, "clan-lol+clan-infra": {},
	} {
		began := time.Now()
		tree, err := files.Scan(t.Context(), filepath.Join(corpus, repo), nil)
		if err != nil {
			t.Error(err)
			continue
		}
		took := time.Since(began)
		got := map[files.State]int{}
		for _, f := range tree.Files {
			got[f.State]++
		}
		t.Logf("%s: %v in %v", repo, got, took)
		if !maps.Equal(got, want) {
			t.Errorf("%s: %v, expected %v", repo, got, want)
		}
	}
}
