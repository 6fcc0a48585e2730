package session_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/repo"
	"assay/fleet/session"
	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// secretFleet is a fleet with the users ann and bob, a secret of the layout for
// both, and the files s/a.yaml for both and s/b.json for ann.
func secretFleet(t *testing.T) (*session.Session, map[string][]sops.Identity) {
	t.Helper()
	dir := t.TempDir()
	ids := map[string][]sops.Identity{}
	keys := map[string]string{}
	for _, name := range []string{"ann", "bob"} {
		id, _, err := sops.NewIdentity(name)
		if err != nil {
			t.Fatal(err)
		}
		ids[name], keys[name] = []sops.Identity{id}, id.Recipient
	}
	put := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	put("flake.nix", "{ outputs = _: { }; }\n")
	put(".sops.yaml", "keys:\n  - &ann "+keys["ann"]+"\n  - &bob "+keys["bob"]+"\ncreation_rules:\n  - path_regex: ^s/a\n    key_groups:\n      - age:\n          - *ann\n          - *bob\n"+
		"  - path_regex: ^s/b\n    key_groups:\n      - age:\n          - *ann\n")
	r, err := repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := session.New(r, session.Options{StateDir: t.TempDir()})
	for name, key := range keys {
		if err := r.Vars.AddUser(name, key); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Vars.SetSecret(vars.Shared("wifi").Var("password"), secrets.NewSecret([]byte("tier one")), vars.Access{Users: []string{"ann", "bob"}}); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"s/a.yaml": "token: one # note\n", "s/b.json": "{\n\t\"token\": \"two\"\n}\n"} {
		o, err := s.OpenSecret(t.Context(), name, nil, true)
		if err == nil {
			err = s.SaveSecret(t.Context(), o, secrets.NewSecret([]byte(text)))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return s, ids
}

func value(t *testing.T, s *session.Session, name string, ids []sops.Identity) string {
	t.Helper()
	o, err := s.OpenSecret(t.Context(), name, ids, false)
	if err != nil {
		return "error: " + err.Error()
	}
	defer o.Wipe()
	v, err := o.Get([]string{"token"})
	if err != nil {
		t.Fatal(err)
	}
	return string(v.Bytes())
}

// contents reads the whole fleet, by path.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if d.Type()&fs.ModeSymlink != 0 {
			out[name], err = os.Readlink(name)
			return err
		}
		text, err := os.ReadFile(name)
		out[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRemoveKey takes all access from a user, in both tiers, and says what he
// still knows; with identities that cannot open all of it nothing changes.
func TestRemoveKey(t *testing.T) {
	s, ids := secretFleet(t)
	plan, err := s.PlanRemoveKey(t.Context(), session.KeysMember{Kind: "user", Name: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(plan.Rekey.Lost()["bob"], " "); got != "s/a.yaml vars/shared/wifi/password/secret" {
		t.Errorf("he could read %q", got)
	}
	before := contents(t, s.Repo.Dir)
	stranger, _, err := sops.NewIdentity("x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ChangeKeys(t.Context(), plan, []sops.Identity{stranger}); !errors.Is(err, sops.ErrNoIdentity) {
		t.Errorf("a stranger: %v", err)
	}
	for name, text := range contents(t, s.Repo.Dir) {
		if before[name] != text {
			t.Errorf("%s has changed", name)
		}
	}
	if _, err := s.ChangeKeys(t.Context(), plan, ids["ann"]); err != nil {
		t.Fatal(err)
	}
	if got := value(t, s, "s/a.yaml", ids["ann"]); got != "one" {
		t.Errorf("ann reads %q", got)
	}
	if got := value(t, s, "s/a.yaml", ids["bob"]); !strings.Contains(got, "no age identity") {
		t.Errorf("bob reads %q", got)
	}
	if _, err := s.Repo.Vars.Secret(vars.Shared("wifi").Var("password"), ids["bob"]); !errors.Is(err, sops.ErrNoIdentity) {
		t.Errorf("bob and the var: %v", err)
	}
	for name, text := range contents(t, s.Repo.Dir) {
		if strings.Contains(name, "bob") || strings.Contains(text, ids["bob"][0].Recipient) {
			t.Errorf("%s still has him", name)
		}
	}
}

// TestAddKeyLike gives a user what another one can read.
func TestAddKeyLike(t *testing.T) {
	s, ids := secretFleet(t)
	eve, _, err := sops.NewIdentity("eve")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanAddKey(t.Context(), session.KeysMember{Kind: "user", Name: "eve"}, []string{eve.Recipient}, "bob")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ChangeKeys(t.Context(), plan, ids["ann"]); err != nil {
		t.Fatal(err)
	}
	if got := value(t, s, "s/a.yaml", []sops.Identity{eve}); got != "one" {
		t.Errorf("eve reads %q", got)
	}
	if got := value(t, s, "s/b.json", []sops.Identity{eve}); !strings.Contains(got, "no age identity") {
		t.Errorf("eve reads what bob could not: %q", got)
	}
	if v, err := s.Repo.Vars.Inspect(vars.Shared("wifi").Var("password")); err != nil || v.State != vars.Present || len(v.Readers) != 3 {
		t.Errorf("the var is %+v, %v", v, err)
	}
}

// TestRotate changes no reader and no value; a plan that is out of date writes
// nothing.
func TestRotate(t *testing.T) {
	s, ids := secretFleet(t)
	plan, err := s.PlanRekey(t.Context(), nil, true)
	if err != nil || len(plan.Steps) != 3 {
		t.Fatalf("%+v, %v", plan, err)
	}
	if paths, err := s.Rekey(t.Context(), plan, ids["ann"]); err != nil || len(paths) != 3 {
		t.Errorf("%v, %v", paths, err)
	}
	if got := value(t, s, "s/a.yaml", ids["bob"]); got != "one" {
		t.Errorf("bob reads %q", got)
	}
	before := contents(t, s.Repo.Dir)
	if _, err := s.Rekey(t.Context(), plan, ids["ann"]); err == nil {
		t.Error("an old plan is carried out")
	}
	for name, text := range contents(t, s.Repo.Dir) {
		if before[name] != text {
			t.Errorf("%s has changed", name)
		}
	}
}
