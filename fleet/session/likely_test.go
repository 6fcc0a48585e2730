package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLikelyHistory: what git is asked for before any file is read goes by the
// names of files, and by the rules that name them.
func TestLikelyHistory(t *testing.T) {
	const rules = "creation_rules:\n  - path_regex: hosts/web\\.yml$\n    age: x\n  - path_regex: keys/.*\n    age: x\n  - path_regex: .*\\.yaml$\n    age: x\n"
	for _, c := range []struct{ tracked, rules, has, hasNot string }{
		{"README.md flake.nix", "", "", "README.md flake.nix"},
		{"vars/a sops/b secrets/c.md ci/all.yaml", "", "vars sops secrets", "ci"},
		{"hosts/web.yml hosts/web/secrets.json a/b.sops.yaml", "", "hosts a", ""},
		{"hosts/web.yml", "", "", "hosts"},
		{"hosts/web.yml ci/all.yaml other/web.yml .sops.yaml", rules, "hosts", "ci other .sops.yaml"},
		{"keys/a.json docs/a.sops hosts/web.nix .sops.yaml", rules, "keys docs", "hosts"},
		{"keys/a.md .sops.yaml", rules, "", "keys"},
		{"hosts/web.yml .sops.yaml", "creation_rules: [", "", "hosts"},
	} {
		dir := t.TempDir()
		if c.rules != "" {
			if err := os.WriteFile(filepath.Join(dir, ".sops.yaml"), []byte(c.rules), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		h := likelyHistory(t.Context(), dir, "", strings.Fields(c.tracked))
		h.Stop()
		if has := strings.Fields(c.has); (h == nil) != (len(has) == 0) || len(has) > 0 && !h.Has(has) {
			t.Errorf("%q: git is not asked for %q", c.tracked, has)
		}
		for _, not := range strings.Fields(c.hasNot) {
			if h.Has([]string{not}) {
				t.Errorf("%q: git is asked for %q", c.tracked, not)
			}
		}
	}
}
