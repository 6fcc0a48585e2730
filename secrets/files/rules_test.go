package files_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"assay/secrets/files"
	"assay/secrets/sops"
)

// TestRulesFile: a .sops.yaml is followed through a link within the tree, as
// the sops command does, and is not read where it leads out of it, is no
// regular file or is larger than any such file.
func TestRulesFile(t *testing.T) {
	one := recipient(t)
	rule := "creation_rules:\n  - path_regex: ^x\\.yaml$\n    age: " + one + "\n"
	outside := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(outside, []byte(rule), 0o600); err != nil {
		t.Fatal(err)
	}
	link := func(to string) func(string) error {
		return func(file string) error { return os.Symlink(to, file) }
	}
	for name, c := range map[string]struct {
		make func(file string) error
		want files.State
	}{
		"a link within": {link("../policy"), files.OK},
		"a link out":    {link(outside), files.NoRule},
		"a device":      {link("/dev/zero"), files.NoRule},
		"a pipe":        {func(file string) error { return syscall.Mkfifo(file, 0o600) }, files.NoRule},
		"a large file": {func(file string) error {
			return os.WriteFile(file, []byte(rule+strings.Repeat("#\n", 1<<20)), 0o600)
		}, files.NoRule},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "policy", rule)
			put(t, dir, "near/x.yaml", seal(t, sops.YAML, "a: b\n", one))
			if err := c.make(filepath.Join(dir, "near/.sops.yaml")); err != nil {
				t.Fatal(err)
			}
			tree, err := files.Scan(t.Context(), dir, nil)
			if err != nil || len(tree.Files) != 1 || tree.Files[0].State != c.want {
				t.Errorf("%+v, %v", tree, err)
			}
		})
	}
}
