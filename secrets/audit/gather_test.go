package audit_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"assay/secrets"
	"assay/secrets/audit"
	"assay/secrets/secret"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// tree is a fleet's directory in the making.
type tree struct {
	*testing.T
	dir string
}

func (t tree) put(name, text string) {
	t.Helper()
	file := filepath.Join(t.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func (t tree) seal(name string, recipients ...string) {
	t.Helper()
	text, err := sops.Form{Store: sops.StoreOf(name)}.Encrypt(secret.New([]byte(`{"a": "b"}`)), recipients)
	if err != nil {
		t.Fatal(err)
	}
	t.put(name, string(text))
}

// states audits the directory.
func (t tree) states() map[string]secrets.State {
	t.Helper()
	store, err := vars.Open(t.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	in, err := audit.Gather(t.Context(), store, nil, nil, audit.Input{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]secrets.State{}
	r := audit.Judge(in)
	for i := range r.Secrets {
		out[r.Secrets[i].ID] = r.Secrets[i].State
	}
	return out
}

func recipient(t *testing.T) string {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id.Recipient().String()
}

// TestGather finds encrypted files whatever they are called, and has each
// judged by the .sops.yaml that the sops command takes for it.
func TestGather(t *testing.T) {
	dir := tree{t, t.TempDir()}
	one := recipient(t)
	dir.put(".sops.yaml", "creation_rules:\n  - path_regex: ^(s|broken)/\n    age: "+one+"\n")
	dir.put("policy", "creation_rules:\n  - path_regex: ^x\n    age: "+one+"\n")
	dir.put("s/x.env", "A=ENC[AES256_GCM,data:x]\nsops_lastmodified=2026-01-01T00:00:00Z\nsops_mac=ENC[AES256_GCM,data:x]\nsops_age__list_0__map_recipient="+one+"\n")
	dir.put("README.md", "files with ENC[AES256_GCM,data:x] and a lastmodified\n")
	for _, name := range []string{"s/a.yaml", "s/b.json", "s/setup.sh", "s/scan.pdf", "s/host.nix", "broken/x.yaml", "linked/x.yaml"} {
		dir.seal(name, one)
	}
	dir.put("broken/.sops.yaml", "creation_rules: [")
	if err := os.Symlink("../policy", filepath.Join(dir.dir, "linked/.sops.yaml")); err != nil {
		t.Fatal(err)
	}
	got := dir.states()
	for name, want := range map[string]secrets.State{
		"s/a.yaml": secrets.OK, "s/b.json": secrets.OK, "s/setup.sh": secrets.OK, "s/scan.pdf": secrets.OK, "s/host.nix": secrets.OK,
		"s/x.env": secrets.OK, "broken/x.yaml": audit.NoRule, "linked/x.yaml": secrets.OK,
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("more: %v", got)
	}
}
