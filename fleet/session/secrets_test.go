package session_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// TestRotateForeign: a plan says beforehand what only the sops command can
// write, and what cannot be read at all.
func TestRotateForeign(t *testing.T) {
	s, ids := secretFleet(t)
	dir := s.Repo.Dir
	env := "A=ENC[AES256_GCM,data:x]\nsops_lastmodified=2026-01-01T00:00:00Z\nsops_mac=ENC[AES256_GCM,data:x]\n" +
		"sops_age__list_0__map_recipient=" + ids["ann"][0].Recipient + "\n"
	text, err := os.ReadFile(filepath.Join(dir, "s/a.yaml"))
	for name, text := range map[string]string{"s/b.env": env, "s/a-torn.yaml": strings.Replace(string(text), "recipient: age1", "recipient: xxx", 1)} {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, rotate := range []bool{true, false} {
		plan, err := s.PlanRekey(t.Context(), nil, rotate)
		if err != nil {
			t.Fatal(err)
		}
		blocked := map[string]string{}
		for _, step := range plan.Steps {
			blocked[step.Path] = step.Blocked
		}
		if env, listed := blocked["s/b.env"]; listed != rotate || rotate && !strings.Contains(env, "sops command") || blocked["s/a-torn.yaml"] == "" || blocked["s/a.yaml"] != "" {
			t.Errorf("rotate %t: %q", rotate, blocked)
		}
	}
}

// TestAddNamed registers users that .sops.yaml names already, or has no place
// for: it stays as it is where nothing is asked of it.
func TestAddNamed(t *testing.T) {
	s, ids := secretFleet(t)
	rules := filepath.Join(s.Repo.Dir, ".sops.yaml")
	before, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	eve, _, err := sops.NewIdentity("eve")
	if err != nil {
		t.Fatal(err)
	}
	named := strings.Replace(string(before), "creation_rules:", "  - &eve "+eve.Recipient+"\ncreation_rules:", 1)
	bare := "creation_rules:\n  - path_regex: ^s/\n    age: " + ids["ann"][0].Recipient + "," + ids["bob"][0].Recipient + "\n"
	for name, text := range map[string]string{"named": named, "no names": bare} {
		if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		plan, err := s.PlanAddKey(t.Context(), session.KeysMember{Kind: "user", Name: "eve"}, []string{eve.Recipient}, "")
		if err != nil || len(plan.ByHand) > 0 || len(plan.Files) != 1 {
			t.Errorf("%s: %q, %v", name, plan.ByHand, err)
		}
	}
	if err := os.WriteFile(rules, []byte(named), 0o600); err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanAddKey(t.Context(), session.KeysMember{Kind: "user", Name: "eve"}, []string{eve.Recipient}, "bob")
	if err == nil {
		_, err = s.ChangeKeys(t.Context(), plan, ids["ann"])
	}
	if got := value(t, s, "s/a.yaml", []sops.Identity{eve}); err != nil || got != "one" {
		t.Errorf("eve reads %q, %v", got, err)
	}
}

// TestRemoveOtherKey: the key that .sops.yaml has under the name of who is
// removed goes too, though it is another than that in sops/users.
func TestRemoveOtherKey(t *testing.T) {
	s, ids := secretFleet(t)
	other, _, err := sops.NewIdentity("bob's other")
	if err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(s.Repo.Dir, ".sops.yaml")
	text, err := os.ReadFile(rules)
	if err == nil {
		err = os.WriteFile(rules, []byte(strings.Replace(string(text), ids["bob"][0].Recipient, other.Recipient, 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanRekey(t.Context(), nil, false)
	if err == nil {
		_, err = s.Rekey(t.Context(), plan, ids["ann"])
	}
	if got := value(t, s, "s/a.yaml", []sops.Identity{other}); err != nil || got != "one" {
		t.Fatalf("%q, %v", got, err)
	}
	remove, err := s.PlanRemoveKey(t.Context(), session.KeysMember{Kind: "user", Name: "bob"})
	if err == nil {
		_, err = s.ChangeKeys(t.Context(), remove, ids["ann"])
	}
	if got := value(t, s, "s/a.yaml", []sops.Identity{other}); err != nil || !strings.Contains(got, "no age identity") {
		t.Errorf("bob reads %q, %v", got, err)
	}
}

// TestRekeyUnknownKey: a reader whose key cannot be read loses nothing.
func TestRekeyUnknownKey(t *testing.T) {
	s, ids := secretFleet(t)
	if err := os.WriteFile(filepath.Join(s.Repo.Dir, "sops/users/bob/key.json"), []byte("<<<<<<< HEAD\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanRekey(t.Context(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rekey(t.Context(), plan, ids["ann"]); err == nil {
		t.Error("it is carried out")
	}
	if _, err := s.Repo.Vars.Secret(vars.Shared("wifi").Var("password"), ids["bob"]); err != nil {
		t.Errorf("bob: %v", err)
	}
}

// TestRemoveLinked: a .sops.yaml that is a link to another one changes with it.
func TestRemoveLinked(t *testing.T) {
	s, ids := secretFleet(t)
	near := filepath.Join(s.Repo.Dir, "near")
	if err := errors.Join(os.Mkdir(near, 0o777), os.Symlink("../.sops.yaml", filepath.Join(near, ".sops.yaml")), os.Mkdir(filepath.Join(near, "s"), 0o777)); err != nil {
		t.Fatal(err)
	}
	o, err := s.OpenSecret(t.Context(), "near/s/a.yaml", nil, true)
	if err == nil {
		err = s.SaveSecret(t.Context(), o, secrets.NewSecret([]byte("token: three\n")))
	}
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanRemoveKey(t.Context(), session.KeysMember{Kind: "user", Name: "bob"})
	if err == nil {
		_, err = s.ChangeKeys(t.Context(), plan, ids["ann"])
	}
	if got := value(t, s, "near/s/a.yaml", ids["bob"]); err != nil || !strings.Contains(got, "no age identity") {
		t.Errorf("bob reads %q, %v", got, err)
	}
	if to, err := os.Readlink(filepath.Join(near, ".sops.yaml")); to != "../.sops.yaml" {
		t.Errorf("the link is %q, %v", to, err)
	}
}

// TestRemoveNoRule: what no rule decides for keeps somebody's key, so taking all
// of his access is refused.
func TestRemoveNoRule(t *testing.T) {
	s, _ := secretFleet(t)
	text, err := os.ReadFile(filepath.Join(s.Repo.Dir, "s/a.yaml"))
	if err == nil {
		err = os.WriteFile(filepath.Join(s.Repo.Dir, "lost.yaml"), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanRemoveKey(t.Context(), session.KeysMember{Kind: "user", Name: "bob"})
	if err != nil || plan.Rekey.Blocked() != 1 || !slices.Contains(plan.Rekey.Lost()["bob"], "lost.yaml") {
		t.Errorf("%+v, %v", plan.Rekey, err)
	}
}

// TestRemoveMachine: a machine that is registered again does not get the key
// that was taken from it.
func TestRemoveMachine(t *testing.T) {
	s, ids := secretFleet(t)
	access := vars.Access{Users: []string{"ann"}}
	old, err := s.Repo.Vars.AddMachineKey("anvil", access, ids["ann"])
	if err == nil {
		err = s.Repo.Vars.SetSecret(vars.Shared("wifi").Var("password"), secrets.NewSecret([]byte("x")), vars.Access{Users: []string{"ann"}, Machines: []string{"anvil"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanRemoveKey(t.Context(), session.KeysMember{Kind: "machine", Name: "anvil"})
	if err == nil {
		_, err = s.ChangeKeys(t.Context(), plan, ids["ann"])
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range contents(t, s.Repo.Dir) {
		if strings.Contains(name, "anvil") || strings.Contains(text, old) {
			t.Errorf("%s still has it", name)
		}
	}
	if fresh, err := s.Repo.Vars.AddMachineKey("anvil", access, ids["ann"]); err != nil || fresh == old {
		t.Errorf("registered again with %s, %v", fresh, err)
	}
}
