package sops_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"assay/secrets/sops"
)

// TestCorpus reads the encrypted files of real repositories. Nobody here can
// open them, but all must be understood.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("ASSAY_CORPUS")
	if dir == "" {
		t.Skip("not run: ASSAY_CORPUS is not set")
	}
	count := map[sops.Store]int{}
	foreign := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(text, []byte("ENC[AES256_GCM,data:")) || !bytes.Contains(text, []byte("lastmodified")) {
			return nil
		}
		store := sops.StoreOf(path)
		f, err := sops.ParseAs(store, text)
		switch {
		case errors.Is(err, sops.ErrForeign):
			foreign++
		case err != nil:
			t.Errorf("%s: %v", path, err)
		default:
			count[store]++
			if len(f.Foreign)+len(f.PGP) > 0 {
				foreign++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v read, %d that need the sops command", count, foreign)
}
