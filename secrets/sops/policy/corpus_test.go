package policy_test

import (
	"os"
	"path/filepath"
	"testing"

	"assay/secrets/sops/policy"
)

// TestCorpus reads the .sops.yaml of real repositories: nothing in them is
// broken, every rule names keys, and every key has the name its anchor gives.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("ASSAY_CORPUS")
	if dir == "" {
		t.Skip("not run: ASSAY_CORPUS is not set")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*", policy.FileName))
	if err != nil || len(paths) == 0 {
		t.Skip("not run: no .sops.yaml in ASSAY_CORPUS")
	}
	for _, path := range paths {
		c, err := policy.Read(path)
		if err != nil {
			t.Error(err)
			continue
		}
		named := 0
		for i := range c.Rules {
			if err := c.Rules[i].Err; err != nil {
				t.Error(err)
			}
			for _, r := range c.Rules[i].Recipients() {
				if r.Name != "" {
					named++
				}
			}
		}
		kinds := map[policy.Trouble]int{}
		for _, p := range c.Problems {
			kinds[p.Kind]++
		}
		t.Logf("%s: %d keys, %d rules, %d named recipients, problems %v", path, len(c.Keys), len(c.Rules), named, kinds)
	}
}
