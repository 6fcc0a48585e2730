package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	written "assay/secrets/batch"
	"assay/secrets/sops"
)

// secretsShell is a shell at a fleet with a .sops.yaml that names ann, who is
// the operator, and bob.
func secretsShell(t *testing.T) (s *shell, ann, bob string) {
	t.Helper()
	s = newShell(t)
	s.dir = t.TempDir()
	keys := filepath.Join(t.TempDir(), "keys.txt")
	id, err := sops.CreateIdentity(keys)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := sops.NewIdentity("bob")
	if err != nil {
		t.Fatal(err)
	}
	s.vars = map[string]string{"SOPS_AGE_KEY_FILE": keys}
	s.put(t, "flake.nix", "{ outputs = _: { }; }\n")
	s.put(t, ".sops.yaml", "keys:\n  - &ann "+id.Recipient+"\n  - &bob "+other.Recipient+"\ncreation_rules:\n  - path_regex: ^s/\n    key_groups:\n      - age:\n          - *ann\n          - *bob\n")
	return s, id.Recipient, other.Recipient
}

func (s *shell) put(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(s.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// TestSecretsCommands goes through the life of files that people edit.
func TestSecretsCommands(t *testing.T) {
	s, ann, bob := secretsShell(t)
	s.typed("one", "secrets", "set", "s/a.yaml", "token").want(t, exitDone, "s/a.yaml is set")
	s.here("secrets", "get", "s/a.yaml", "token").want(t, exitDone, "one")
	s.here("secrets", "get", "s/a.yaml", "none").want(t, exitNothing)
	s.here("secrets", "get", "s/b.yaml").want(t, exitNothing, "hint: assay secrets list")
	s.typed("x", "secrets", "set", "elsewhere").want(t, exitFailed, "no rule of .sops.yaml matches it")
	s.here("secrets", "list").want(t, exitDone, "s/a.yaml  ok", "ann, bob", ".sops.yaml:5")
	s.here("secrets", "rekey", "--all", "--yes").want(t, exitDone, "0 secrets to encrypt anew, 1 unchanged")
	s.here("secrets", "rotate", "--all", "--yes").want(t, exitDone, "1 secret encrypted anew")

	eve, _, err := sops.NewIdentity("eve")
	if err != nil {
		t.Fatal(err)
	}
	s.here("keys", "add", "user", "eve", eve.Recipient, "--like", "bob", "--dry-run").want(t, exitFailed, "the user bob, to be like")
	for name, key := range map[string]string{"ann": ann, "bob": bob} { // as .sops.yaml names them already
		s.here("keys", "add", "user", name, key, "--yes").want(t, exitDone, "1 file changed")
	}
	s.here("keys", "add", "user", "eve", eve.Recipient, "--like", "bob", "--yes").want(t, exitDone, "+  - &eve", "encrypt s/a.yaml for ann, bob, eve +eve", "3 files changed")
	s.here("keys", "list").want(t, exitDone, "user  ann", "user  eve")
	s.here("keys", "remove", "user", "bob", "--dry-run").want(t, exitDone, "encrypt s/a.yaml for ann, eve -bob")
	s.here("keys", "remove", "user", "bob", "--yes").want(t, exitDone, "bob could read, and still knows; make anew: s/a.yaml")
	s.here("keys", "remove", "user", "bob", "--yes").want(t, exitNothing, "no user bob has a key")
	s.here("secrets", "audit").want(t, exitDone, "0 errors")
	s.here("secrets", "audit", "--reader", "eve").want(t, exitDone, "can read 1 secret")
}

// TestKeysAfterInterruption: a change that was interrupted is completed before
// the next one is planned.
func TestKeysAfterInterruption(t *testing.T) {
	s, _, _ := secretsShell(t)
	s.typed("one", "secrets", "set", "s/a.yaml", "token").want(t, exitDone)
	places, err := filepath.Glob(filepath.Join(s.state, "assay/fleets/*/writing/*"))
	if err != nil || len(places) != 1 {
		t.Fatal(places, err)
	}
	text := mustRead(t, filepath.Join(s.dir, "s/a.yaml"))
	s.put(t, "s/.assay.new-1", string(text))
	record := `{"version":1,"state":"committed","steps":[{"path":"s/b.yaml","temp":"s/.assay.new-1","new":"` + written.Hash(text) + `"}]}`
	if err := os.WriteFile(filepath.Join(places[0], "writing.json"), []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	s.here("secrets", "list").want(t, exitDone, "was interrupted")
	c := s.here("keys", "remove", "user", "bob", "--yes").want(t, exitDone, "it is completed", "encrypt s/b.yaml for ann -bob", "3 files changed")
	if strings.Contains(c.stdout, ".assay.new") {
		t.Error(c.stdout)
	}
}

// TestSecretsNames: a name in the repository makes no line of its own, and
// reaches the terminal without what would steer it.
func TestSecretsNames(t *testing.T) {
	s, _, _ := secretsShell(t)
	s.typed("one", "secrets", "set", "s/a.yaml", "token").want(t, exitDone)
	text, err := os.ReadFile(filepath.Join(s.dir, "s/a.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.put(t, "s/x\nforged line\x1b[31m.yaml", string(text))
	s.put(t, ".sops.yaml", strings.ReplaceAll(string(mustRead(t, filepath.Join(s.dir, ".sops.yaml"))), "          - *bob\n", ""))
	for _, args := range [][]string{
		{"secrets", "list"}, {"secrets", "rekey", "--all", "--dry-run"}, {"secrets", "audit"}, {"secrets", "audit", "s"},
		{"keys", "remove", "user", "ann", "--dry-run"}, {"secrets", "get", "s/x\nforged line\x1b[31m.yaml", "token"}, {"secrets", "rekey", "--all", "--yes"},
	} {
		c := s.here(args...)
		for line := range strings.Lines(c.stdout + c.stderr) {
			if strings.HasPrefix(line, "forged") || strings.Contains(line, "\x1b") {
				t.Errorf("%q prints %q", args, line)
			}
		}
	}
}

func mustRead(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
