package vars_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/secrets/secret"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

func open(t testing.TB) *vars.Store {
	t.Helper()
	s, err := vars.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func identity(t testing.TB) sops.Identity {
	t.Helper()
	id, _, err := sops.NewIdentity("test")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// user registers a user with a fresh identity.
func user(t testing.TB, s *vars.Store, name string) sops.Identity {
	t.Helper()
	id := identity(t)
	if err := s.AddUser(name, id.Recipient); err != nil {
		t.Fatal(err)
	}
	return id
}

func put(t testing.TB, s *vars.Store, path, text string) {
	t.Helper()
	path = filepath.Join(s.Dir(), path)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t testing.TB, s *vars.Store, path, to string) {
	t.Helper()
	path = filepath.Join(s.Dir(), path)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, s *vars.Store, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(s.Dir(), path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func set(t testing.TB, s *vars.Store, id vars.ID, text string, access vars.Access) {
	t.Helper()
	if err := s.SetSecret(id, secret.New([]byte(text)), access); err != nil {
		t.Fatal(err)
	}
}

func TestPublic(t *testing.T) {
	s := open(t)
	for _, id := range []vars.ID{
		vars.Machine("cinnabar", "machine-id").Var("machineId"),
		vars.Shared("zerotier-network-home").Var("network-id"),
		{Generator: vars.Generator{Scope: vars.PerExport, Owner: "sshd:main:server:", Name: "g"}, File: "f"},
	} {
		if _, err := s.Public(id); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "hint: assay vars generate") {
			t.Errorf("%s before: %v", id, err)
		}
		for _, text := range []string{"one\n", "", "\x00raw\xff"} {
			if err := s.SetPublic(id, []byte(text)); err != nil {
				t.Fatal(err)
			}
			if b, err := s.Public(id); err != nil || string(b) != text {
				t.Errorf("%s: %q, %v; want %q", id, b, err, text)
			}
		}
		if b := get(t, s, "vars/"+id.String()+"/value"); string(b) != "\x00raw\xff" {
			t.Errorf("%s on disk: %q", id, b)
		}
	}
}

func TestSecretLinksAndMode(t *testing.T) {
	s := open(t)
	cameron := user(t, s, "cameron")
	m, err := s.AddMachineKey("cinnabar", vars.Access{Users: []string{"cameron"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	shared := vars.Shared("wifi.home").Var("password")
	access := vars.Access{Users: []string{"cameron"}, Machines: []string{"cinnabar"}}
	set(t, s, shared, "hunter2", access)
	set(t, s, shared, "hunter3", vars.Access{}) // readers stay
	v, err := s.Secret(shared, []sops.Identity{cameron})
	if err != nil || string(v.Bytes()) != "hunter3" {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"vars/shared/wifi.home/password/users/cameron":     "../../../../../sops/users/cameron",
		"vars/shared/wifi.home/password/machines/cinnabar": "../../../../../sops/machines/cinnabar",
	} {
		if to, err := os.Readlink(filepath.Join(s.Dir(), path)); err != nil || to != want {
			t.Errorf("%s -> %s, %v; want %s", path, to, err, want)
		}
	}
	for path, want := range map[string]fs.FileMode{
		"vars/shared/wifi.home/password/secret":   0o600,
		"sops/secrets/cinnabar-age.key/secret":    0o600,
		"sops/secrets/cinnabar-age.key/users":     fs.ModeDir,
		"sops/machines/cinnabar/key.json":         0o700, // and what umask leaves
		"vars/shared/wifi.home/password/machines": fs.ModeDir,
	} {
		st, err := os.Stat(filepath.Join(s.Dir(), path))
		if err != nil || st.Mode()&want != want || want == 0o600 && st.Mode() != want {
			t.Errorf("%s: %v, %v", path, st.Mode(), err)
		}
	}
	file, err := sops.Parse(get(t, s, "vars/shared/wifi.home/password/secret"))
	want := []string{cameron.Recipient, m}
	slices.Sort(want)
	if err != nil || !slices.Equal(file.Recipients(), want) {
		t.Errorf("recipients %q, want %q, sorted; %v", file.Recipients(), want, err)
	}
	key, err := s.MachineKey("cinnabar", []sops.Identity{cameron})
	if err != nil || bytes.ContainsAny(key.Bytes(), "\n#") {
		t.Errorf("the machine's key is not one line: %v", err)
	}
	if again, err := s.AddMachineKey("cinnabar", access, nil); err != nil || again != m {
		t.Error("another machine key:", err)
	}
}

func TestGroupsAndDrift(t *testing.T) {
	s := open(t)
	user(t, s, "cameron")
	raquel := user(t, s, "raquel")
	m, err := s.AddMachineKey("galena", vars.Access{Users: []string{"cameron"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	link(t, s, "sops/groups/admins/users/raquel", "../../../users/raquel")
	link(t, s, "sops/groups/admins/machines/galena", "../../../machines/galena")
	id := vars.Machine("cinnabar", "g").Var("f")
	set(t, s, id, "x", vars.Access{Users: []string{"cameron"}, Groups: []string{"admins"}})

	readers, faults, err := s.Readers(id)
	if err != nil || len(faults) > 0 {
		t.Fatal(faults, err)
	}
	var got []string
	for _, r := range readers {
		got = append(got, strings.TrimSpace(r.Kind+" "+r.Name+" "+r.Via))
	}
	if want := []string{"user cameron", "machine galena admins", "user raquel admins"}; !slices.Equal(got, want) {
		t.Errorf("readers %q, want %q", got, want)
	}
	if v, err := s.Inspect(id); err != nil || v.State != vars.Present || !v.Secret || v.Public {
		t.Errorf("%+v, %v", v, err)
	}
	// Somebody leaves the group, a stranger joins it.
	if err := os.Remove(filepath.Join(s.Dir(), "sops/groups/admins/machines/galena")); err != nil {
		t.Fatal(err)
	}
	eve := user(t, s, "eve")
	link(t, s, "sops/groups/admins/users/eve", "../../../users/eve")
	v, err := s.Inspect(id)
	if err != nil || v.State != vars.Drifted || !slices.Equal(v.Lacking, vars.AgeKeys(eve.Recipient)) || !slices.Equal(v.Surplus, vars.AgeKeys(m)) {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := s.Secret(id, []sops.Identity{eve}); !errors.Is(err, sops.ErrNoIdentity) {
		t.Error("eve before the file is written anew:", err)
	}
	set(t, s, id, "x2", vars.Access{})
	if v, err := s.Inspect(id); err != nil || v.State != vars.Present {
		t.Errorf("after writing: %+v, %v", v, err)
	}
	if _, err := s.Secret(id, []sops.Identity{raquel}); err != nil {
		t.Error(err)
	}
}

// TestOddities has what real repositories have and nothing may stumble over.
func TestOddities(t *testing.T) {
	s := open(t)
	cameron := user(t, s, "cameron")
	access := vars.Access{Users: []string{"cameron"}}
	me := []sops.Identity{cameron}
	set(t, s, vars.Machine("m", "luks").Var("secret"), "a file called secret", access)
	set(t, s, vars.Machine("m", "value").Var("value"), "a file called value", access)
	set(t, s, vars.Machine("m", "both").Var("f"), "s", access)
	put(t, s, "vars/per-machine/m/both/f/value", "p")
	put(t, s, "vars/per-machine/m/luks/.validation-hash", "b4ef")
	put(t, s, "vars/per-machine/m/.keep", "")
	put(t, s, "vars/shared/.keep", "")
	if err := os.MkdirAll(filepath.Join(s.Dir(), "vars/per-machine/m/neither/keys"), 0o777); err != nil {
		t.Fatal(err)
	}
	set(t, s, vars.Shared("g").Var("dangling"), "x", access)
	link(t, s, "vars/shared/g/dangling/users/gone", "../../../../../sops/users/gone")
	link(t, s, "vars/shared/g/dangling/users/away", "/etc")
	link(t, s, "vars/shared/g/dangling/users/up", "../../../../../../../../etc")
	link(t, s, "vars/shared/g/dangling/users/wrong", "../../../../../sops/machines")
	put(t, s, "vars/shared/g/dangling/users/file", "")
	link(t, s, "sops/users/cameron/cameron", "../../users/none")
	put(t, s, "vars/shared/g/broken/secret", "hunter2")
	put(t, s, "vars/per-machine/m/.assay-left/f/value", "left behind by a crash")
	put(t, s, "vars/per-export/a:b:c:/g/f/value", "x")

	all, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range all {
		got = append(got, fmt.Sprint(v.ID, " ", v.State, " ", len(v.Faults)))
		if strings.Contains(strings.Join(v.Faults, ""), "hunter2") {
			t.Error("a fault shows a file's content")
		}
	}
	want := []string{
		"per-export/a:b:c:/g/f present 0",
		"per-machine/m/both/f present 1",
		"per-machine/m/luks/secret present 0",
		"per-machine/m/neither/keys missing 0",
		"per-machine/m/value/value present 0",
		"shared/g/broken unreadable 1",
		"shared/g/dangling present 5",
	}
	if !slices.Equal(got, want) {
		t.Errorf("list\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if v, err := s.Secret(vars.Machine("m", "luks").Var("secret"), me); err != nil || string(v.Bytes()) != "a file called secret" {
		t.Error(err)
	}
	if v, err := s.Inspect(vars.Machine("m", "no").Var("such")); err != nil || v.State != vars.Missing {
		t.Error(v, err)
	}
}

func TestKeyFileForms(t *testing.T) {
	const a, b = "age1ttx9gk3w3jccm3rzpwajmc2hr8xuyy63nc34cfr8kv29jxqz0q3qa5adnx", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA comment"
	s := open(t)
	for name, c := range map[string]struct {
		text string
		want []vars.Key
	}{
		"list":      {`[{"publickey": "` + a + `", "type": "age"}]`, vars.AgeKeys(a)},
		"object":    {` {"type": "AGE", "publickey": "` + a + `"}` + "\n", vars.AgeKeys(a)},
		"several":   {`[{"publickey":"` + b + `","type":"age"},{"publickey":"` + a + `","type":"age"},{"publickey":"` + a + `","type":"age"}]`, vars.AgeKeys(a, b)},
		"pgp":       {`[{"publickey":"0xabcdef0123456789","type":"PGP"}]`, []vars.Key{{Type: "pgp", Public: "ABCDEF0123456789"}}},
		"empty":     {`[]`, nil},
		"no key":    {`[{"type":"age"}]`, nil},
		"odd type":  {`[{"publickey":"x","type":"ssh"}]`, nil},
		"newline":   {`[{"publickey":"a\nb","type":"age"}]`, nil},
		"no JSON":   {`age1`, nil},
		"nothing":   {``, nil},
		"number":    {`[1]`, nil},
		"two lists": {`[][]`, nil},
	} {
		put(t, s, "sops/users/u/key.json", c.text)
		got, err := s.UserKeys("u")
		if !slices.Equal(got, c.want) || (err == nil) != (c.want != nil || name == "empty") {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
		if err != nil && !errors.Is(err, vars.ErrKeys) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReaderUnknown: a reader whose keys cannot be read is told, and a secret
// is not written without that reader.
func TestReaderUnknown(t *testing.T) {
	s := open(t)
	cameron, raquel := user(t, s, "cameron"), user(t, s, "raquel")
	id := vars.Shared("g").Var("f")
	set(t, s, id, "x", vars.Access{Users: []string{"cameron", "raquel"}})
	for _, text := range []string{"age1", "[]"} {
		put(t, s, "sops/users/raquel/key.json", text)
		if v, err := s.Inspect(id); err != nil || v.State != vars.Drifted {
			t.Errorf("%+v, %v", v, err)
		}
		for _, of := range []vars.ID{id, vars.Shared("new").Var("f")} {
			err := s.SetSecret(of, secret.New([]byte("y")), vars.Access{Users: []string{"cameron", "raquel"}})
			if err == nil || !strings.Contains(err.Error(), "sops/users/raquel/key.json") || !strings.Contains(err.Error(), "hint: ") {
				t.Errorf("%s: %v", of, err)
			}
			if err := s.Make(of.Generator, []vars.File{{Name: "f", Secret: secret.New([]byte("y")), Access: &vars.Access{Users: []string{"cameron", "raquel"}}}}, ""); err == nil {
				t.Errorf("%s is made", of)
			}
		}
	}
	if s.HasGenerator(vars.Shared("new")) {
		t.Error("something was written")
	}
	for _, who := range []sops.Identity{cameron, raquel} {
		if v, err := s.Secret(id, []sops.Identity{who}); err != nil || string(v.Bytes()) != "x" {
			t.Error(err)
		}
	}
}

func TestAddUser(t *testing.T) {
	s := open(t)
	one, two := identity(t), identity(t)
	if err := s.AddUser("cameron", one.Recipient, two.Recipient); err != nil {
		t.Fatal(err)
	}
	keys := []string{one.Recipient, two.Recipient}
	slices.Sort(keys)
	want := fmt.Sprintf("[\n  {\n    \"publickey\": %q,\n    \"type\": \"age\"\n  },\n  {\n    \"publickey\": %q,\n    \"type\": \"age\"\n  }\n]", keys[0], keys[1])
	if got := string(get(t, s, "sops/users/cameron/key.json")); got != want {
		t.Errorf("key.json\n%s\nwant\n%s", got, want)
	}
	if err := s.AddUser("cameron", two.Recipient, one.Recipient, one.Recipient); err != nil {
		t.Error("the same keys again:", err)
	}
	if err := s.AddUser("cameron", one.Recipient); !errors.Is(err, vars.ErrExists) {
		t.Error("other keys:", err)
	}
	if err := s.AddUser("eve"); !errors.Is(err, vars.ErrNoReader) {
		t.Error("no keys:", err)
	}
	if err := s.AddUser("eve", "age1x"); !errors.Is(err, sops.ErrRecipient) {
		t.Error("a bad key:", err)
	}
	if users, err := s.UsersWith(two.Recipient); err != nil || !slices.Equal(users, []string{"cameron"}) {
		t.Error(users, err)
	}
}

func TestCreate(t *testing.T) {
	s := open(t)
	cameron := user(t, s, "cameron")
	g := vars.Shared("g")
	files := func() []vars.File {
		return []vars.File{
			{Name: "private", Secret: secret.New([]byte("x")), Access: &vars.Access{Users: []string{"cameron"}}},
			{Name: "public", Public: []byte("y")},
		}
	}
	bad := files()
	bad[0].Access = &vars.Access{Users: []string{"nobody"}}
	if err := s.Create(g, bad); !errors.Is(err, fs.ErrNotExist) {
		t.Error("an unknown user:", err)
	}
	bad[0].Access = &vars.Access{}
	if err := s.Create(g, bad); !errors.Is(err, vars.ErrNoReader) {
		t.Error("no reader:", err)
	}
	if left, err := os.ReadDir(filepath.Join(s.Dir(), "vars/shared")); err != nil || len(left) != 0 {
		t.Error("a failure left", left, err)
	}
	if err := s.Create(g, files()); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Secret(g.Var("private"), []sops.Identity{cameron}); err != nil || string(v.Bytes()) != "x" {
		t.Error(err)
	}
	before := get(t, s, "vars/shared/g/private/secret")
	if err := s.Create(g, files()); !errors.Is(err, vars.ErrExists) {
		t.Error("a second time:", err)
	}
	if !bytes.Equal(before, get(t, s, "vars/shared/g/private/secret")) {
		t.Error("the second time changed it")
	}
}

func TestLock(t *testing.T) {
	s := open(t)
	unlock, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other, err := vars.Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := other.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("a second lock:", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	unlock, err = other.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(s.Dir()); err != nil || len(left) != 0 {
		t.Error("the lock left", left, err)
	}
}
