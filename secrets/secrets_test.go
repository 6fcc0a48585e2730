package secrets_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// fleet is a fresh fleet directory with one operator.
func fleet(t testing.TB) (*vars.Store, []sops.Identity) {
	t.Helper()
	store, err := vars.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	id, err := secrets.CreateOperator(store, filepath.Join(t.TempDir(), "keys.txt"), "cameron")
	if err != nil {
		t.Fatal(err)
	}
	return store, []sops.Identity{id}
}

func ensure(t testing.TB, store *vars.Store, ids []sops.Identity, machines ...string) []string {
	t.Helper()
	made, err := secrets.EnsureHostKeys(t.Context(), store, machines, ids)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// tree maps every file of the fleet to its content, links to their target.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		if d.Type()&fs.ModeSymlink != 0 {
			to, err := os.Readlink(p)
			out[rel] = "-> " + to
			return err
		}
		b, err := os.ReadFile(p)
		out[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLayout compares every path and link with clan's layout.
func TestLayout(t *testing.T) {
	store, ids := fleet(t)
	if made := ensure(t, store, ids, "stibnite", "cinnabar", "stibnite"); !slices.Equal(made, []string{"cinnabar", "stibnite"}) {
		t.Errorf("made %q", made)
	}
	got := tree(t, store.Dir())
	want := []string{"sops/users/cameron/key.json"}
	for _, m := range []string{"cinnabar", "stibnite"} {
		key := "vars/per-machine/" + m + "/openssh/ssh.id_ed25519"
		want = append(want,
			"sops/machines/"+m+"/key.json",
			"sops/secrets/"+m+"-age.key/secret",
			"sops/secrets/"+m+"-age.key/users/cameron",
			key+".pub/value",
			key+"/machines/"+m,
			key+"/secret",
			key+"/users/cameron")
		for path, to := range map[string]string{
			"sops/secrets/" + m + "-age.key/users/cameron": "../../../users/cameron",
			key + "/users/cameron":                         "../../../../../../sops/users/cameron",
			key + "/machines/" + m:                         "../../../../../../sops/machines/" + m,
		} {
			if got[path] != "-> "+to {
				t.Errorf("%s %s, want -> %s", path, got[path], to)
			}
		}
	}
	var paths []string
	for p := range got {
		paths = append(paths, filepath.ToSlash(p))
	}
	slices.Sort(paths)
	slices.Sort(want)
	if !slices.Equal(paths, want) {
		t.Errorf("paths\n%s\nwant\n%s", strings.Join(paths, "\n"), strings.Join(want, "\n"))
	}
	wantKey := fmt.Sprintf("[\n  {\n    \"publickey\": %q,\n    \"type\": \"age\"\n  }\n]", ids[0].Recipient)
	if got["sops/users/cameron/key.json"] != wantKey {
		t.Errorf("key.json: %q, want %q", got["sops/users/cameron/key.json"], wantKey)
	}
	for p, content := range got {
		if strings.Contains(content, "PRIVATE KEY") || strings.Contains(content, "SECRET-KEY") {
			t.Errorf("%s holds a private key in clear", p)
		}
	}
}

// TestKeysAgree has ssh-keygen derive the pinned key from the private one,
// opened by the operator and by the machine's own age key.
func TestKeysAgree(t *testing.T) {
	store, ids := fleet(t)
	ensure(t, store, ids, "cinnabar")
	pins, err := secrets.HostKeys(store, "cinnabar")
	if err != nil || len(pins) != 1 || !strings.HasPrefix(pins[0], "ssh-ed25519 ") {
		t.Fatal(pins, err)
	}
	line, err := store.MachineKey("cinnabar", ids)
	if err != nil {
		t.Fatal(err)
	}
	own, err := sops.ParseIdentities(line, "cinnabar")
	if err != nil {
		t.Fatal(err)
	}
	keygen, lookErr := exec.LookPath("ssh-keygen")
	for _, who := range [][]sops.Identity{ids, own} {
		key, err := secrets.HostKey(store, "cinnabar", who)
		if err != nil {
			t.Fatal(err)
		}
		if shown := fmt.Sprintf("%v %+v %#v %s", key, key, key, key); strings.Contains(shown, "PRIVATE") {
			t.Error("the key prints itself")
		}
		if lookErr != nil {
			t.Log("not run: ssh-keygen is not installed")
			continue
		}
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, key.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), keygen, "-y", "-f", path).Output()
		if err != nil || strings.TrimSpace(string(out)) != pins[0] {
			t.Errorf("ssh-keygen -y: %s, %v; pinned %s", out, err, pins[0])
		}
	}
	stranger, _, err := sops.NewIdentity("stranger")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secrets.HostKey(store, "cinnabar", []sops.Identity{stranger}); !errors.Is(err, sops.ErrNoIdentity) {
		t.Error("a stranger:", err)
	}
}

func TestEnsureChangesNothing(t *testing.T) {
	store, ids := fleet(t)
	ensure(t, store, ids, "cinnabar", "galena")
	before := tree(t, store.Dir())
	if made := ensure(t, store, ids, "cinnabar", "galena"); len(made) != 0 {
		t.Errorf("made %q again", made)
	}
	after := tree(t, store.Dir())
	for p, content := range before {
		if after[p] != content {
			t.Errorf("%s changed", p)
		}
	}
	if len(after) != len(before) {
		t.Error("files came or went")
	}
	if made := ensure(t, store, ids, "cinnabar", "galena", "pyrite"); !slices.Equal(made, []string{"pyrite"}) {
		t.Errorf("made %q", made)
	}
	// With nothing to do no operator is needed.
	if _, err := secrets.EnsureHostKeys(t.Context(), store, []string{"cinnabar"}, nil); err != nil {
		t.Error(err)
	}
}

// TestEnsureCompletes removes what an interruption may not have written.
func TestEnsureCompletes(t *testing.T) {
	for _, missing := range []string{
		"vars/per-machine/m/openssh/ssh.id_ed25519.pub",
		"vars/per-machine/m/openssh",
		"vars",
		"vars sops/machines/m",
		"vars sops/machines/m sops/secrets/m-age.key/secret",
		"vars/per-machine/m/openssh/ssh.id_ed25519.pub vars/per-machine/m/openssh/ssh.id_ed25519/secret",
	} {
		store, ids := fleet(t)
		ensure(t, store, ids, "m")
		before := tree(t, store.Dir())
		for _, p := range strings.Fields(missing) {
			if err := os.RemoveAll(filepath.Join(store.Dir(), p)); err != nil {
				t.Fatal(err)
			}
		}
		ensure(t, store, ids, "m")
		after := tree(t, store.Dir())
		if len(after) != len(before) {
			t.Errorf("without %s: %d files, want %d", missing, len(after), len(before))
		}
		if !strings.Contains(missing, "secret") && after["sops/machines/m/key.json"] != before["sops/machines/m/key.json"] {
			t.Errorf("without %s: the machine's key was made anew", missing)
		}
		if f := secrets.Check(store, []string{"m"}, ids)[0]; f.State != secrets.OK || !f.Decrypted {
			t.Errorf("without %s: %+v", missing, f)
		}
	}
}

func TestEnsureFailsPerMachine(t *testing.T) {
	store, ids := fleet(t)
	ensure(t, store, ids, "lost")
	if err := os.RemoveAll(filepath.Join(store.Dir(), "vars/per-machine/lost/openssh/ssh.id_ed25519")); err != nil {
		t.Fatal(err)
	}
	made, err := secrets.EnsureHostKeys(t.Context(), store, []string{"lost", "fine"}, ids)
	if !errors.Is(err, secrets.ErrHalf) || !strings.Contains(err.Error(), "machine lost: ") || !strings.Contains(err.Error(), "hint: ") {
		t.Error(err)
	}
	if !slices.Equal(made, []string{"fine"}) {
		t.Errorf("made %q", made)
	}
	if _, err := secrets.EnsureHostKeys(t.Context(), store, []string{"../x"}, ids); !errors.Is(err, vars.ErrName) {
		t.Error("a machine called ../x:", err)
	}
	stranger, _, err := sops.NewIdentity("stranger")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secrets.EnsureHostKeys(t.Context(), store, []string{"new"}, []sops.Identity{stranger}); !errors.Is(err, secrets.ErrNoOperator) {
		t.Error("a stranger generates:", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := secrets.EnsureHostKeys(ctx, store, []string{"new"}, ids); !errors.Is(err, context.Canceled) {
		t.Error("cancelled:", err)
	}
}

// TestEnsureConcurrently runs the same work several times at once: every
// machine is made once.
func TestEnsureConcurrently(t *testing.T) {
	store, ids := fleet(t)
	var machines []string
	for i := range 12 {
		machines = append(machines, fmt.Sprintf("m%02d", i))
	}
	results := make(chan []string, 4)
	for range cap(results) {
		go func() {
			made, err := secrets.EnsureHostKeys(t.Context(), store, machines, ids)
			if err != nil {
				t.Error(err)
			}
			results <- made
		}()
	}
	var all []string
	for range cap(results) {
		all = append(all, <-results...)
	}
	slices.Sort(all)
	if !slices.Equal(all, machines) {
		t.Errorf("made %q", all)
	}
}

func TestHostKeys(t *testing.T) {
	store, ids := fleet(t)
	if _, err := secrets.HostKeys(store, "m"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("no key:", err)
	}
	ensure(t, store, ids, "m", "ca")
	own, err := secrets.HostKeys(store, "m")
	if err != nil {
		t.Fatal(err)
	}
	authority, err := secrets.HostKeys(store, "ca")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.SetPublic(vars.Shared("openssh-ca").Var("id_ed25519.pub"), []byte(authority[0]+" with comment\n")); err != nil {
		t.Fatal(err)
	}
	want := []string{own[0], "@cert-authority " + authority[0]}
	if got, err := secrets.HostKeys(store, "m"); err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	public := vars.Machine("m", "openssh").Var("ssh.id_ed25519.pub")
	for name, text := range map[string]string{
		"two keys": own[0] + "\n" + authority[0] + "\n",
		"options":  `command="x" ` + own[0],
		"no key":   "hello",
		"empty":    "",
	} {
		if err := store.SetPublic(public, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if keys, err := secrets.HostKeys(store, "m"); err == nil {
			t.Errorf("%s: %q", name, keys)
		}
	}
}

func TestCheck(t *testing.T) {
	store, ids := fleet(t)
	machines := []string{"drifted", "halfpriv", "halfpub", "malformed", "mismatch", "missing", "ok", "other", "tampered", "twin-a", "twin-b"}
	ensure(t, store, ids, slices.DeleteFunc(slices.Clone(machines), func(m string) bool { return m == "missing" })...)
	at := func(machine, tail string) string {
		return filepath.Join(store.Dir(), "vars/per-machine", machine, "openssh", tail)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	cp := func(from, to string) {
		b, err := os.ReadFile(from)
		must(err)
		must(os.WriteFile(to, b, 0o600))
	}
	must(store.AddUser("raquel", ids[0].Recipient)) // the same key: no drift
	must(os.Symlink("../../../../../../sops/users/raquel", at("ok", "ssh.id_ed25519/users/raquel")))
	must(os.Remove(at("drifted", "ssh.id_ed25519/machines/drifted")))
	must(os.RemoveAll(at("halfpriv", "ssh.id_ed25519.pub")))
	must(os.Remove(at("halfpub", "ssh.id_ed25519/secret")))
	must(os.WriteFile(at("malformed", "ssh.id_ed25519/secret"), []byte("-----BEGIN canary"), 0o600))
	cp(at("other", "ssh.id_ed25519.pub/value"), at("mismatch", "ssh.id_ed25519.pub/value"))
	must(os.RemoveAll(at("other", ""))) // so that the two are not twins
	text, err := os.ReadFile(at("tampered", "ssh.id_ed25519/secret"))
	must(err)
	must(os.WriteFile(at("tampered", "ssh.id_ed25519/secret"), bytes.Replace(text, []byte(`"lastmodified": "2`), []byte(`"lastmodified": "1`), 1), 0o600))
	cp(at("twin-a", "ssh.id_ed25519.pub/value"), at("twin-b", "ssh.id_ed25519.pub/value"))

	want := map[string]secrets.State{
		"drifted": secrets.Drifted, "halfpriv": secrets.Half, "halfpub": secrets.Half,
		"malformed": secrets.Unreadable, "mismatch": secrets.Mismatch, "missing": secrets.Missing,
		"ok": secrets.OK, "other": secrets.Missing, "tampered": secrets.Unreadable,
		"twin-a": secrets.Shared, "twin-b": secrets.Shared,
	}
	for i, f := range secrets.Check(store, machines, ids) {
		if f.Machine != machines[i] || f.State != want[f.Machine] {
			t.Errorf("%s: %+v, want %s", machines[i], f, want[machines[i]])
		}
		if (f.Remedy == "") != (f.State == secrets.OK) || f.Decrypted && f.State != secrets.OK && f.State != secrets.Shared {
			t.Errorf("%+v", f)
		}
		if strings.Contains(f.Detail+f.Remedy, "canary") {
			t.Errorf("the finding shows a file's content: %+v", f)
		}
	}
	if f := secrets.Check(store, []string{"ok"}, nil)[0]; f.State != secrets.OK || f.Decrypted || f.Detail == "" {
		t.Errorf("without an identity: %+v", f)
	}
	stranger, _, err := sops.NewIdentity("stranger")
	must(err)
	if f := secrets.Check(store, []string{"ok"}, []sops.Identity{stranger})[0]; f.State != secrets.Undecryptable || !strings.Contains(f.Remedy, "user cameron") {
		t.Errorf("for a stranger: %+v", f)
	}
	if f := secrets.Check(store, []string{"../x"}, ids)[0]; f.State == secrets.OK {
		t.Errorf("a machine called ../x: %+v", f)
	}
}

func TestCreateOperator(t *testing.T) {
	store, _ := fleet(t)
	path := filepath.Join(t.TempDir(), "keys.txt")
	first, err := secrets.CreateOperator(store, path, "raquel")
	if err != nil {
		t.Fatal(err)
	}
	again, err := secrets.CreateOperator(store, path, "raquel")
	if err != nil || again.Recipient != first.Recipient {
		t.Error("a second time:", err)
	}
	if _, err := secrets.CreateOperator(store, path, "cameron"); !errors.Is(err, vars.ErrExists) {
		t.Error("under the name of somebody else:", err)
	}
	if _, err := secrets.CreateOperator(store, path, "Not a user"); !errors.Is(err, vars.ErrName) {
		t.Error("a bad name:", err)
	}
	if users, err := store.UsersWith(first.Recipient); err != nil || !slices.Equal(users, []string{"raquel"}) {
		t.Error(users, err)
	}
}

func BenchmarkEnsureHostKeys500(b *testing.B) {
	machines := make([]string, 500)
	for i := range machines {
		machines[i] = fmt.Sprintf("m%03d", i)
	}
	for b.Loop() {
		b.StopTimer()
		store, ids := fleet(b)
		b.StartTimer()
		ensure(b, store, ids, machines...)
	}
}

func BenchmarkCheck500(b *testing.B) {
	machines := make([]string, 500)
	for i := range machines {
		machines[i] = fmt.Sprintf("m%03d", i)
	}
	store, ids := fleet(b)
	ensure(b, store, ids, machines...)
	for b.Loop() {
		secrets.Check(store, machines, ids)
	}
}
