package secrets_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	declare "assay/fleet"
	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// declared makes a declaration; a file "+x" is public, "x!" is not deployed.
func declared(machine, name string, shared bool, files ...string) declare.Generator {
	g := declare.Generator{Name: name, Machine: machine, Share: declare.Flag{Value: shared}, Certainty: declare.Exact, At: declare.Pos{File: "m.nix", Line: 3}}
	for _, f := range files {
		public := f[0] == '+'
		if public {
			f = f[1:]
		}
		kept := f[len(f)-1] == '!'
		if kept {
			f = f[:len(f)-1]
		}
		file := declare.NewVarFile(f, declare.Pos{File: "m.nix", Line: 4})
		file.Secret.Value, file.Deploy.Value = !public, !kept
		g.Files = append(g.Files, file)
	}
	return g
}

// states are the states of what a scan finds, by path.
func states(t *testing.T, store *vars.Store, scan secrets.Scan) map[string]secrets.State {
	t.Helper()
	found, err := secrets.CheckVars(store, scan)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]secrets.State{}
	for _, f := range found {
		out[f.ID.String()] = f.State
		if f.State != secrets.OK && f.Detail == "" {
			t.Errorf("%s is %s without a reason", f.ID, f.State)
		}
	}
	return out
}

// varsFleet is a store with machines m and n, user alice and age keys for all.
func varsFleet(t *testing.T) (*vars.Store, []sops.Identity) {
	t.Helper()
	store, err := vars.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	id, err := secrets.CreateOperator(store, filepath.Join(t.TempDir(), "keys.txt"), "alice")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"m", "n"} {
		if _, err := store.AddMachineKey(m, vars.Access{Users: []string{"alice"}}, []sops.Identity{id}); err != nil {
			t.Fatal(err)
		}
	}
	return store, []sops.Identity{id}
}

func put(t *testing.T, store *vars.Store, id vars.ID, machines ...string) {
	t.Helper()
	if err := store.SetSecret(id, secrets.NewSecret([]byte("canary")), vars.Access{Users: []string{"alice"}, Machines: machines}); err != nil {
		t.Fatal(err)
	}
}

func TestStates(t *testing.T) {
	store, _ := varsFleet(t)
	put(t, store, vars.Machine("m", "ok").Var("secret"), "m")
	put(t, store, vars.Machine("m", "half").Var("a"), "m")
	put(t, store, vars.Machine("m", "undeployed").Var("f"), "m")
	put(t, store, vars.Machine("m", "unlinked").Var("f"))
	put(t, store, vars.Machine("m", "old").Var("f"), "m")
	put(t, store, vars.Machine("m", "left").Var("a.b.c"), "m")
	put(t, store, vars.Machine("m", "nested").Var("x/y/z"), "m")
	put(t, store, vars.Machine("gone", "g").Var("f"))
	put(t, store, vars.Shared("both").Var("f"), "m")
	put(t, store, vars.Machine("m", "dangling").Var("f"), "m")
	link := filepath.Join(store.Dir(), "vars/per-machine/m/dangling/f/users/bob")
	if err := os.Symlink("../../../../../../sops/users/bob", link); err != nil {
		t.Fatal(err)
	}
	old := declared("m", "old", false, "f")
	old.Validation = map[string]any{"x": "y"}
	maybe := declared("m", "maybe", false, "f")
	maybe.Certainty, maybe.Why = declare.Conditional, "only if cfg.enable"
	m := declare.Declaration{Machine: "m", Generators: []declare.Generator{
		declared("m", "ok", false, "secret"), declared("m", "half", false, "a", "+b"), declared("m", "undeployed", false, "f!"),
		declared("m", "unlinked", false, "f"), old, maybe, declared("m", "absent", false, "f"), declared("m", "both", true, "f"),
		declared("m", "dangling", false, "f"), declared("m", "nested", false, "x/y/z"),
	}}
	n := declare.Declaration{Machine: "n", Generators: []declare.Generator{declared("n", "both", true, "f")}}
	scan := secrets.Scan{Declarations: []declare.Declaration{m, n}, Machines: []string{"m", "n"}}
	want := map[string]secrets.State{
		"per-machine/m/ok/secret": secrets.OK, "per-machine/m/half/a": secrets.OK, "per-machine/m/half/b": secrets.Half,
		"per-machine/m/undeployed/f": secrets.Drifted, "per-machine/m/unlinked/f": secrets.Drifted, "per-machine/m/old/f": secrets.Outdated,
		"per-machine/m/left/a.b.c": secrets.Orphaned, "per-machine/gone/g/f": secrets.Stale, "shared/both/f": secrets.Drifted,
		"per-machine/m/maybe/f": secrets.UnknownVar, "per-machine/m/absent/f": secrets.Missing, "per-machine/m/dangling/f": secrets.Dangling,
		"per-machine/m/nested/x/y/z": secrets.OK,
	}
	compareStates(t, states(t, store, scan), want)

	// Machine m has all that is its own: that n lacks a shared one is n's.
	only := states(t, store, secrets.Scan{Declarations: []declare.Declaration{m}, Machines: scan.Machines, Only: "m"})
	delete(want, "per-machine/gone/g/f")
	want["shared/both/f"] = secrets.OK
	compareStates(t, only, want)

	// What nobody has read may declare it.
	m.Open = []declare.Opening{{What: "inputs.x", Any: true}}
	if got := states(t, store, secrets.Scan{Declarations: []declare.Declaration{m, n}, Machines: scan.Machines})["per-machine/m/left/a.b.c"]; got != secrets.UnknownVar {
		t.Errorf("beside a foreign module: %s", got)
	}
}

func compareStates(t *testing.T, got, want map[string]secrets.State) {
	t.Helper()
	for name, state := range want {
		if got[name] != state {
			t.Errorf("%s: %q, want %q", name, got[name], state)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %s, not expected", name, got[name])
		}
	}
}

// TestAnotherMachinesDamage ruins all of machine n; the check of m is clean.
func TestAnotherMachinesDamage(t *testing.T) {
	store, _ := varsFleet(t)
	put(t, store, vars.Machine("m", "g").Var("f"), "m")
	put(t, store, vars.Shared("s").Var("f"), "m", "n")
	put(t, store, vars.Machine("n", "g").Var("f"), "n")
	for _, file := range []string{"vars/per-machine/n/g/f/secret", "sops/machines/n/key.json"} {
		if err := os.WriteFile(filepath.Join(store.Dir(), file), []byte("ruin"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := declare.Declaration{Machine: "m", Generators: []declare.Generator{declared("m", "g", false, "f"), declared("m", "s", true, "f")}}
	found, err := secrets.CheckVars(store, secrets.Scan{Declarations: []declare.Declaration{d}, Machines: []string{"m", "n"}, Only: "m"})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || slices.ContainsFunc(found, func(f secrets.VarFinding) bool { return f.State != secrets.OK || len(f.Notes) > 0 }) {
		t.Errorf("%+v", found)
	}
}
