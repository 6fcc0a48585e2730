package sops_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

func TestRoundTrip(t *testing.T) {
	ids := testIdentities(t)
	for _, f := range fixtureList() {
		if f.to == "ssh" {
			continue
		}
		text, err := sops.Encrypt(secret.New(bytes.Clone(f.plain)), recipientsOf(t, f.to))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := open(text, ids); err != nil || !bytes.Equal(got, f.plain) {
			t.Errorf("%s: %v", f.name, err)
		}
		if len(f.plain) > 8 {
			for _, shown := range []string{string(f.plain), base64.StdEncoding.EncodeToString(f.plain)} {
				if bytes.Contains(text, []byte(shown)) {
					t.Errorf("%s: plaintext stands in the file", f.name)
				}
			}
		}
	}
}

// TestSameShape compares what Encrypt writes with what the sops command wrote:
// everything but the random parts must be the same, byte by byte.
func TestSameShape(t *testing.T) {
	for _, name := range []string{"line", "two-readers", "empty"} {
		var f fixture
		for _, f = range fixtureList() {
			if f.name == name {
				break
			}
		}
		ours, err := sops.Encrypt(secret.New(bytes.Clone(f.plain)), recipientsOf(t, f.to))
		if err != nil {
			t.Fatal(err)
		}
		blank := func(text []byte) string {
			var out []string
			for line := range strings.Lines(string(text)) {
				head, value, ok := strings.Cut(line, `": "`)
				if ok && value != "\",\n" {
					line = fmt.Sprintf("%s: %d bytes\n", head, len(value))
				}
				out = append(out, line)
			}
			return strings.Join(out, "")
		}
		theirs := read(t, filepath.Join(fixtures, name+".json"))
		if got, want := blank(ours), blank(theirs); got != want {
			t.Errorf("%s: ours\n%s\nby sops\n%s", name, got, want)
		}
	}
}

// TestAgeCommandOpensStanza checks the wrapped data key against the age command.
func TestAgeCommandOpensStanza(t *testing.T) {
	path, err := exec.LookPath("age")
	if err != nil {
		t.Skip("not run: age is not installed")
	}
	text, err := sops.Encrypt(secret.New([]byte("hello")), recipientsOf(t, "two"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := sops.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	// Old age commands do not know the post-quantum identity in keys.txt.
	lines := strings.Split(string(read(t, "testdata/keys.txt")), "\n")
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, []byte(strings.Join(lines[:7], "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	of := func(recipient string) []sops.Identity {
		return slices.DeleteFunc(testIdentities(t), func(id sops.Identity) bool { return id.Recipient != recipient })
	}
	var first []byte
	for i, s := range f.Age {
		cmd := exec.CommandContext(t.Context(), path, "--decrypt", "-i", keys)
		cmd.Stdin = strings.NewReader(s.Enc)
		key, err := cmd.Output()
		if err != nil || len(key) != 32 {
			t.Fatalf("age opens stanza %d: %d bytes, %v", i, len(key), err)
		}
		// And the way back: a stanza that the age command made.
		cmd = exec.CommandContext(t.Context(), path, "--armor", "-r", s.Recipient)
		cmd.Stdin = bytes.NewReader(key)
		enc, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		quoted, theirs := strconv.Quote(s.Enc), strconv.Quote(string(enc))
		if !bytes.Contains(text, []byte(quoted)) {
			t.Fatal("the stanza is not in the file")
		}
		spliced := bytes.Replace(text, []byte(quoted), []byte(theirs), 1)
		if got, err := open(spliced, of(s.Recipient)); err != nil || string(got) != "hello" {
			t.Errorf("a stanza made by age: %v", err)
		}
		if i == 0 {
			first = key
		} else if !bytes.Equal(key, first) {
			t.Error("the stanzas hold different data keys")
		}
	}
}

func TestEncryptRefuses(t *testing.T) {
	for name, to := range map[string][]string{
		"nobody":         nil,
		"no key":         {"hello"},
		"bad checksum":   {"age1ttx9gk3w3jccm3rzpwajmc2hr8xuyy63nc34cfr8kv29jxqz0q3qa5adnq"},
		"plugin":         {"age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t"},
		"private key":    {"AGE-SECRET-KEY-1YQYX2ZP6ZQ7W8YJSUXQKMX03G5HRMZ576E0QC0D9KUDXTZH9MHCSTSPKDQ"},
		"a line end":     {recipientsOf(t, "ssh")[0] + "\n"},
		"one of two bad": append(recipientsOf(t, "one"), "age1x"),
	} {
		_, err := sops.Encrypt(secret.New([]byte("hello")), to)
		if !errors.Is(err, sops.ErrRecipient) {
			t.Errorf("%s: %v", name, err)
		} else if s := err.Error(); strings.Contains(s, "YQYX") || strings.Contains(s, "hello\"") && name != "no key" {
			t.Errorf("%s: the error shows a secret: %s", name, s)
		}
	}
	if _, err := sops.Encrypt(secret.New(make([]byte, sops.MaxPlaintext+1)), recipientsOf(t, "one")); err == nil {
		t.Error("a secret above the limit was encrypted")
	}
}

func TestForeignKeysAreExplained(t *testing.T) {
	f, err := sops.Parse(read(t, "testdata/foreign.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.PGP) != 1 || f.PGP[0] != "0123456789ABCDEF0123456789ABCDEF01234567" || len(f.Foreign) != 1 || f.Foreign[0] != "kms" {
		t.Errorf("pgp %q, foreign %q", f.PGP, f.Foreign)
	}
	_, err = f.Decrypt(testIdentities(t))
	if !errors.Is(err, sops.ErrForeign) || !strings.Contains(err.Error(), "pgp, kms") {
		t.Error(err)
	}
}

func TestFindIdentities(t *testing.T) {
	dir := t.TempDir()
	line := func(s string) string { // the private line below a comment
		ids, key, err := sops.NewIdentity(s)
		if err != nil {
			t.Fatal(err)
		}
		return ids.Recipient + " " + string(key.Bytes())
	}
	var pub, key [4]string
	for i := range 4 {
		pub[i], key[i], _ = strings.Cut(line("x"), " ")
	}
	write := func(path, text string) string {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	env := map[string]string{
		"SOPS_AGE_KEY":      "# public key: " + pub[0] + "\n" + key[0] + " " + key[1],
		"SOPS_AGE_KEY_FILE": write("file", key[2]+"\r\n"+key[1]+"\n"),
		"XDG_CONFIG_HOME":   dir,
	}
	write("sops/age/keys.txt", "\n# recipient: age1yubikey1qwt50d05\nAGE-PLUGIN-YUBIKEY-1QQQQQQ\n"+key[3])
	ids, err := sops.FindIdentities(func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, id := range ids {
		got = append(got, id.Recipient)
		if shown := fmt.Sprintf("%v %+v %#v %v", id, id, &id, ids); strings.Contains(shown, "SECRET-KEY") {
			t.Error("an identity prints its private part")
		}
	}
	want := []string{pub[0], pub[1], pub[2], "age1yubikey1qwt50d05", pub[3]}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("found %q\nwant %q", got, want)
	}
	if id := ids[3]; id.Usable() || id.Needs != "age-plugin-yubikey" {
		t.Errorf("plugin identity: %+v", id)
	}

	env = map[string]string{"HOME": dir}
	if ids, err := sops.FindIdentities(func(k string) string { return env[k] }); err != nil || len(ids) != 0 {
		t.Error("an empty home:", len(ids), err)
	}
	env["SOPS_AGE_KEY_FILE"] = filepath.Join(dir, "none")
	if _, err := sops.FindIdentities(func(k string) string { return env[k] }); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a key file that does not exist:", err)
	}
}

func TestParseIdentitiesQuotesNothing(t *testing.T) {
	for _, text := range []string{
		"AGE-SECRET-KEY-1CANARY\n", "AGE-SECRET-KEY-PQ-1CANARY\n", "AGE-PLUGIN-CANARY\n",
		"canary\n", "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary",
	} {
		_, err := sops.ParseIdentities(secret.New([]byte("# x\n"+text)), "file")
		if !errors.Is(err, sops.ErrIdentity) || !strings.HasPrefix(err.Error(), "file:2: ") {
			t.Errorf("%v", err)
		} else if strings.Contains(strings.ToLower(err.Error()), "canary") {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}

func TestCreateIdentity(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "keys.txt")
	id, err := sops.CreateIdentity(path)
	if err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	before := read(t, path)
	if !bytes.Contains(before, []byte("\n# public key: "+id.Recipient+"\n")) {
		t.Error("no comment with the public key")
	}
	ids, err := sops.ReadIdentities(path)
	if err != nil || len(ids) != 1 || ids[0].Recipient != id.Recipient {
		t.Fatal(ids, err)
	}
	if _, err := sops.CreateIdentity(path); !errors.Is(err, fs.ErrExist) {
		t.Error("a second identity in the same place:", err)
	}
	if !bytes.Equal(before, read(t, path)) {
		t.Error("the identity was overwritten")
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Error("temporary files are left:", left, err)
	}
	if keygen, err := exec.LookPath("age-keygen"); err != nil {
		t.Log("not run: age-keygen is not installed")
	} else if out, err := exec.CommandContext(t.Context(), keygen, "-y", path).Output(); err != nil || strings.TrimSpace(string(out)) != id.Recipient {
		t.Errorf("age-keygen -y: %s, %v", out, err)
	}
}

func FuzzIdentities(f *testing.F) {
	f.Add(read(f, "testdata/keys.txt"))
	f.Add([]byte("# recipient: age1yubikey1qwt50d05\r\nAGE-PLUGIN-YUBIKEY-1QQQQQQ"))
	f.Add([]byte("AGE-SECRET-KEY-1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		ids, err := sops.ParseIdentities(secret.New(text), "file")
		if err != nil && (ids != nil || !errors.Is(err, sops.ErrIdentity)) {
			t.Fatal(err)
		}
		for _, id := range ids {
			if id.Usable() == (id.Needs != "") || id.Usable() && sops.CheckRecipient(id.Recipient) != nil {
				t.Fatalf("%+v", id)
			}
		}
	})
}

func BenchmarkDecrypt(b *testing.B) {
	ids := testIdentities(b)
	text := read(b, filepath.Join(fixtures, "line.json"))
	for b.Loop() {
		if _, err := open(text, ids); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncrypt(b *testing.B) {
	to := recipientsOf(b, "two")
	for b.Loop() {
		if _, err := sops.Encrypt(secret.New([]byte("hello")), to); err != nil {
			b.Fatal(err)
		}
	}
}
