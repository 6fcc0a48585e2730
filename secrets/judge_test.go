package secrets_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	declare "assay/fleet"
	"assay/secrets"
	"assay/secrets/vars"
)

// TestPlanUnknown: where it cannot be told what is there, or under which
// validation it was made, nothing is replaced; the others are made.
func TestPlanUnknown(t *testing.T) {
	store, _ := varsFleet(t)
	random := `openssl rand -hex 8 > "$out"/f`
	of := func(name string, files ...string) declare.Generator {
		g := scripted("m", name, false, random, nil, files...)
		g.Validation = map[string]any{"name": name}
		return g
	}
	open := scripted("m", "open", false, random, nil, "f")
	open.Files[0].Secret.Why = "it follows from an input"
	fresh := open
	fresh.Name = "fresh"
	w := secrets.Wanted{Declarations: []declare.Declaration{{Machine: "m", Generators: []declare.Generator{
		of("conflict", "f"), of("directory", "f"), fresh, open, of("other", "f"), of("inode", "f"),
	}}}}
	put(t, store, vars.Machine("m", "conflict").Var("f"), "m")
	put(t, store, vars.Machine("m", "directory").Var("f"), "m")
	dir := filepath.Join(store.Dir(), "vars/per-machine/m")
	err := errors.Join(store.SetPublic(vars.Machine("m", "open").Var("f"), []byte("x")),
		os.WriteFile(filepath.Join(dir, "conflict/.validation-hash"), []byte("<<<<<<< HEAD\n"), 0o600),
		os.MkdirAll(filepath.Join(dir, "directory/.validation-hash"), 0o700),
		os.MkdirAll(filepath.Join(dir, "inode"), 0o700), os.WriteFile(filepath.Join(dir, "inode/f"), nil, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	p := planned(t, store, w)
	got := said(p)
	for i, line := range got {
		got[i] = strings.ReplaceAll(line, store.Dir()+"/", "")
	}
	const base = "vars/per-machine/m/"
	want(t, "the plan", got,
		"per-machine/m/conflict: it is not known whether it is there as it should be ("+base+"conflict/.validation-hash: not the hash of a validation)",
		"per-machine/m/directory: it is not known whether it is there as it should be ("+base+"directory/.validation-hash: not a regular file)",
		"per-machine/m/fresh: not generated yet (whether f is secret is not known: it follows from an input)",
		"per-machine/m/inode: it is not known whether it is there as it should be ("+base+"inode/f/secret: not a directory)",
		"per-machine/m/other: not generated yet")
	for _, s := range p.Steps {
		if strings.Contains(s.Reason, "not known") && s.Remedy == "" {
			t.Errorf("%s: no remedy", s.Place.Dir())
		}
	}
	w.Regenerate = "conflict"
	if s := planned(t, store, w).Steps[0]; s.Blocked != "" || s.Reason != "asked for" {
		t.Errorf("what is asked for is not made: %+v", s)
	}
	is := states(t, store, secrets.Scan{Declarations: w.Declarations, Machines: []string{"m"}})
	for _, name := range []string{"conflict", "directory"} {
		if is["per-machine/m/"+name+"/f"] != secrets.Unreadable {
			t.Errorf("%s is %s", name, is["per-machine/m/"+name+"/f"])
		}
	}
}

// TestMadeAgainForGroup: a group that nobody is in yet stays linked when a
// secret is made anew.
func TestMadeAgainForGroup(t *testing.T) {
	store, ids := varsFleet(t)
	w := secrets.Wanted{Declarations: []declare.Declaration{{Machine: "m", Generators: []declare.Generator{scripted("m", "g", false, `openssl rand -hex 8 > "$out"/f`, nil, "f")}}}}
	generated(t, store, planned(t, store, w), nil, ids)
	link := filepath.Join(store.Dir(), "vars/per-machine/m/g/f/groups/later")
	if err := errors.Join(os.MkdirAll(filepath.Dir(link), 0o700), os.MkdirAll(filepath.Join(store.Dir(), "sops/groups/later"), 0o700),
		os.Symlink("../../../../../../sops/groups/later", link)); err != nil {
		t.Fatal(err)
	}
	w.Regenerate = "g"
	generated(t, store, planned(t, store, w), nil, ids)
	if _, err := os.Readlink(link); err != nil {
		t.Error(err)
	}
}

// TestSetSecretOfPublic: a value that was public and is set as a secret does
// not stay in clear beside it.
func TestSetSecretOfPublic(t *testing.T) {
	store, ids := varsFleet(t)
	id := vars.Machine("m", "g").Var("f")
	if err := store.SetPublic(id, []byte("canary")); err != nil {
		t.Fatal(err)
	}
	if err := secrets.SetVar(t.Context(), store, id, true, secrets.NewSecret([]byte("canary")), secrets.Audience{Machines: []string{"m"}}, "", ids); err != nil {
		t.Fatal(err)
	}
	for name, text := range tree(t, store.Dir()) {
		if strings.Contains(text, "canary") {
			t.Errorf("%s holds it in clear", name)
		}
	}
}
