package session

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"assay/fleet"
	"assay/fleet/repo"
	"assay/secrets"
	"assay/secrets/secret"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// TestKnows: the session's Redactor knows what is opened, typed and sealed, and
// nothing that is no secret.
func TestKnows(t *testing.T) {
	dir := t.TempDir()
	store, err := vars.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	id, err := secrets.CreateOperator(store, filepath.Join(t.TempDir(), "keys.txt"), "ann")
	if err != nil {
		t.Fatal(err)
	}
	ids := []sops.Identity{id}
	rules := "creation_rules:\n  - unencrypted_suffix: _clear\n    key_groups:\n      - age:\n          - " + id.Recipient + "\n"
	if err := os.WriteFile(filepath.Join(dir, ".sops.yaml"), []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	r := new(secret.Redactor)
	s := New(&repo.Repository{Dir: dir, Fleet: &fleet.Fleet{Name: "f"}, Vars: store}, Options{StateDir: t.TempDir(), Redactor: r})
	knows := func(text string) bool { return r.Clean(hex.EncodeToString([]byte(text))) == secret.Redacted }
	check := func(when, text string, want bool) {
		t.Helper()
		if got := knows(text); got != want {
			t.Errorf("%s: %q is known: %t", when, text, got)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()

	o, err := s.OpenSecret(ctx, "a.yaml", ids, true)
	must(err)
	check("identity", string(id.Private().Bytes()), true)
	must(s.SaveSecret(ctx, o, secrets.NewSecret([]byte("word: first-of-these\nhost_clear: anvil.example.org\nnumber: 123456789\n"))))
	check("saved whole", "word: first-of-these", false)
	o, err = s.OpenSecret(ctx, "a.yaml", ids, false)
	must(err)
	check("opened", "first-of-these", true)
	check("not encrypted", "anvil.example.org", false)
	must(s.SetSecret(ctx, o, []string{"more"}, secrets.NewSecret([]byte("second-of-these"))))
	check("set", "second-of-these", true)

	access := vars.Access{Users: []string{"ann"}}
	must(store.SetSecret(vars.Shared("g").Var("f"), secrets.NewSecret([]byte("third-of-these")), access))
	check("sealed", "third-of-these", true)
	must(store.SetPublic(vars.Shared("g").Var("p"), []byte("fourth-is-public")))
	if _, err := s.VarValue(secrets.VarFinding{ID: vars.Shared("g").Var("p"), Public: true}, ids); err != nil {
		t.Fatal(err)
	}
	check("public", "fourth-is-public", false)

	other := New(&repo.Repository{Dir: dir, Fleet: s.Fleet(), Vars: store}, Options{})
	check("before", "third-of-these", true)
	if _, err := other.VarValue(secrets.VarFinding{ID: vars.Shared("g").Var("f"), Secret: true}, ids); err != nil {
		t.Fatal(err)
	}
	if got := other.opts.Redactor.Clean("third-of-these"); got != secret.Redacted {
		t.Errorf("read: %q is not known", got)
	}

	step := secrets.Step{Place: vars.Shared("g"), Prompts: []fleet.VarPrompt{{Name: "h", Type: "hidden"}, {Name: "l", Type: "line"}}}
	s.knowAnswers([]secrets.Step{step}, secrets.Answers{step.Place: {
		"h": secrets.NewSecret([]byte("fifth-is-hidden")), "l": secrets.NewSecret([]byte("sixth-is-shown")),
	}})
	check("hidden answer", "fifth-is-hidden", true)
	check("shown answer", "sixth-is-shown", false)
}
