package secrets_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	declare "assay/fleet"
	"assay/secrets"
	"assay/secrets/batch"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// TestFixVars mends each way of drifting, and refuses what has not drifted.
func TestFixVars(t *testing.T) {
	store, ids := varsFleet(t)
	put(t, store, vars.Machine("m", "unlinked").Var("f"))
	put(t, store, vars.Machine("m", "undeployed").Var("f"), "m")
	put(t, store, vars.Machine("m", "fine").Var("f"), "m")
	put(t, store, vars.Shared("both").Var("f"), "m")
	raquel, _, err := sops.NewIdentity("raquel")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.AddUser("raquel", raquel.Recipient); err != nil {
		t.Fatal(err)
	}
	put(t, store, vars.Machine("m", "left").Var("f"), "m")
	if err := store.SetSecret(vars.Machine("m", "left").Var("f"), secrets.NewSecret([]byte("canary")), vars.Access{Users: []string{"raquel"}}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(store.Dir(), "vars/per-machine/m/left/f/users/raquel")); err != nil { // she is not to read it any more
		t.Fatal(err)
	}
	var declarations []declare.Declaration
	for _, m := range []string{"m", "n"} {
		declarations = append(declarations, declare.Declaration{Machine: m, Generators: []declare.Generator{declared(m, "both", true, "f")}})
	}
	declarations[0].Generators = append(declarations[0].Generators, declared("m", "fine", false, "f"), declared("m", "left", false, "f"),
		declared("m", "undeployed", false, "f!"), declared("m", "unlinked", false, "f"))
	scan := secrets.Scan{Declarations: declarations, Machines: []string{"m", "n"}}
	found, err := secrets.CheckVars(store, scan)
	if err != nil {
		t.Fatal(err)
	}
	log := batch.New(store.Dir(), t.TempDir())
	var drifted []secrets.VarFinding
	for _, f := range found {
		if f.State == secrets.Drifted {
			drifted = append(drifted, f)
		}
	}
	if len(drifted) != 4 {
		t.Errorf("%d have drifted", len(drifted))
	}
	before := tree(t, store.Dir())
	if err := secrets.FixVars(t.Context(), store, log, found, ids); err == nil || !strings.Contains(err.Error(), "per-machine/m/fine/f: it is ok, not drifted") {
		t.Error(err)
	}
	if err := secrets.FixVars(t.Context(), store, log, drifted, []sops.Identity{raquel}); err == nil || !maps.Equal(tree(t, store.Dir()), before) {
		t.Error("who opens only one of them has changed it:", err)
	}
	if err := secrets.FixVars(t.Context(), store, log, drifted, ids); err != nil {
		t.Fatal(err)
	}
	for name, state := range states(t, store, scan) {
		if state != secrets.OK {
			t.Errorf("%s is still %s", name, state)
		}
	}
	if _, err := store.Secret(vars.Machine("m", "left").Var("f"), []sops.Identity{raquel}); !errors.Is(err, sops.ErrNoIdentity) {
		t.Error("raquel still reads it:", err)
	}
	if v, err := store.Secret(vars.Shared("both").Var("f"), ids); err != nil || string(v.Bytes()) != "canary" {
		t.Error(err)
	}
}

// TestFixUnknownKey: a reader whose key cannot be read loses nothing.
func TestFixUnknownKey(t *testing.T) {
	store, ids := varsFleet(t)
	raquel, _, err := sops.NewIdentity("raquel")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.AddUser("raquel", raquel.Recipient); err != nil {
		t.Fatal(err)
	}
	id := vars.Machine("m", "g").Var("f")
	put(t, store, id)
	if err := store.SetSecret(id, secrets.NewSecret([]byte("canary")), vars.Access{Users: []string{"raquel"}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(store.Dir(), "sops/users/raquel/key.json"), []byte("<<<<<<< HEAD\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := secrets.CheckVars(store, secrets.Scan{Machines: []string{"m"}, Declarations: []declare.Declaration{
		{Machine: "m", Generators: []declare.Generator{declared("m", "g", false, "f!")}}}})
	if err != nil || len(found) != 1 || found[0].State != secrets.Drifted {
		t.Fatalf("%+v, %v", found, err)
	}
	if err := secrets.FixVars(t.Context(), store, batch.New(store.Dir(), t.TempDir()), found, ids); err == nil || !strings.Contains(err.Error(), "raquel/key.json") {
		t.Errorf("it is carried out: %v", err)
	}
	if _, err := store.Secret(id, []sops.Identity{raquel}); err != nil {
		t.Errorf("raquel: %v", err)
	}
}

// TestSetVar sets public and secret ones, new and old.
func TestSetVar(t *testing.T) {
	store, ids := varsFleet(t)
	id := vars.Machine("new", "g").Var("f")
	if err := secrets.SetVar(t.Context(), store, id, true, secrets.NewSecret([]byte("one")), secrets.Audience{Machines: []string{"new"}}, "", ids); err != nil {
		t.Fatal(err)
	}
	line, err := store.MachineKey("new", ids)
	if err != nil {
		t.Fatal("the machine got no key:", err)
	}
	own, err := sops.ParseIdentities(line, "new")
	if err != nil {
		t.Fatal(err)
	}
	if err := secrets.SetVar(t.Context(), store, id, true, secrets.NewSecret([]byte("two")), secrets.Audience{}, "", ids); err != nil {
		t.Fatal(err)
	}
	for _, who := range [][]sops.Identity{ids, own} {
		if v, err := store.Secret(id, who); err != nil || string(v.Bytes()) != "two" {
			t.Error("whom the links name lost it:", err)
		}
	}
	public := vars.Shared("g").Var("p")
	if err := secrets.SetVar(t.Context(), store, public, false, secrets.NewSecret([]byte("text")), secrets.Audience{}, "", nil); err != nil {
		t.Fatal(err)
	}
	if b, err := store.Public(public); err != nil || string(b) != "text" {
		t.Error(err)
	}
	stranger, _, err := sops.NewIdentity("stranger")
	if err != nil {
		t.Fatal(err)
	}
	if err := secrets.SetVar(t.Context(), store, id, true, secrets.NewSecret(nil), secrets.Audience{}, "", []sops.Identity{stranger}); !errors.Is(err, secrets.ErrNoOperator) {
		t.Error("a stranger sets it:", err)
	}
}

// TestSetUnknownKey: a value that a reader would lose, since nobody can read
// that reader's keys, is not set, and nothing is linked or made for it.
func TestSetUnknownKey(t *testing.T) {
	for name, broken := range map[string]struct {
		file, text string
	}{
		"a machine that is linked": {"sops/machines/m/key.json", "<<<<<<< HEAD\n"},
		"a user without a file":    {"sops/users/raquel/key.json", ""},
		"a member of a group":      {"sops/users/raquel/key.json", "[]\n"},
		"the links as a file":      {"vars/per-machine/m/g/f/groups", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			store, ids := varsFleet(t)
			raquel, _, err := sops.NewIdentity("raquel")
			if err != nil {
				t.Fatal(err)
			}
			if err := store.AddUser("raquel", raquel.Recipient); err != nil {
				t.Fatal(err)
			}
			id := vars.Machine("m", "g").Var("f")
			put(t, store, id, "m")
			access := vars.Access{Users: []string{"raquel"}}
			if strings.Contains(name, "group") {
				link := filepath.Join(store.Dir(), "sops/groups/admins/users/raquel")
				if err := errors.Join(os.MkdirAll(filepath.Dir(link), 0o755), os.Symlink("../../../users/raquel", link)); err != nil {
					t.Fatal(err)
				}
				access = vars.Access{Groups: []string{"admins"}}
			}
			if err := store.SetSecret(id, secrets.NewSecret([]byte("canary")), access); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(store.Dir(), broken.file)
			if broken.text == "" {
				err = os.Remove(file)
			} else {
				err = errors.Join(os.RemoveAll(file), os.WriteFile(file, []byte(broken.text), 0o600))
			}
			if err != nil {
				t.Fatal(err)
			}
			before := tree(t, store.Dir())
			err = secrets.SetVar(t.Context(), store, id, true, secrets.NewSecret([]byte("new")), secrets.Audience{Machines: []string{"new", "m"}}, "", ids)
			if err == nil || !strings.Contains(err.Error(), broken.file) || !strings.Contains(err.Error(), "hint: ") {
				t.Errorf("%v", err)
			}
			if !maps.Equal(tree(t, store.Dir()), before) {
				t.Error("something was written")
			}
		})
	}
}

// TestFixNothing: where one of the secrets cannot be opened, or a group of their
// readers does not exist, no machine gets a key for another one.
func TestFixNothing(t *testing.T) {
	for name, spoil := range map[string]func(store *vars.Store, found []secrets.VarFinding) error{
		"closed": func(store *vars.Store, found []secrets.VarFinding) error {
			return os.WriteFile(filepath.Join(store.Dir(), found[1].Dir(), "secret"), []byte("{}"), 0o600)
		},
		"group": func(_ *vars.Store, found []secrets.VarFinding) error {
			found[1].Groups = []string{"nobody"}
			return nil
		},
	} {
		store, ids := varsFleet(t)
		put(t, store, vars.Machine("new", "g").Var("f"))
		put(t, store, vars.Machine("new", "h").Var("f"))
		found, err := secrets.CheckVars(store, secrets.Scan{Machines: []string{"new"}, Declarations: []declare.Declaration{
			{Machine: "new", Generators: []declare.Generator{declared("new", "g", false, "f"), declared("new", "h", false, "f")}}}})
		if err != nil || len(found) != 2 || found[0].State != secrets.Drifted || found[1].State != secrets.Drifted {
			t.Fatalf("%+v, %v", found, err)
		}
		if err := spoil(store, found); err != nil {
			t.Fatal(err)
		}
		before := tree(t, store.Dir())
		if err := secrets.FixVars(t.Context(), store, batch.New(store.Dir(), t.TempDir()), found, ids); err == nil || !strings.HasPrefix(err.Error(), "nothing is written: per-machine/new/h/f: ") {
			t.Errorf("%s: %v", name, err)
		}
		if !maps.Equal(tree(t, store.Dir()), before) {
			t.Errorf("%s: something is written", name)
		}
	}
}
