package sops_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// The fixtures in testdata/made-by-sops were encrypted by the sops command
// 3.13.3 to the throw-away identities of testdata/keys.txt:
//
//	go test ./secrets/sops -run TestMakeFixtures -make -sops /path/to/sops
var (
	makeFixtures = flag.Bool("make", false, "make the fixtures anew with the sops command")
	sopsPath     = flag.String("sops", "", "the sops command; default: the one in PATH")
)

const fixtures = "testdata/made-by-sops"

// fixture is one plaintext and how sops is told to encrypt it.
type fixture struct {
	name   string
	plain  []byte
	to     string // which recipients: "one", "two", "pq", "ssh", "mixed"
	config string // further lines of the creation rule
}

func fixtureList() []fixture {
	random := rand.New(rand.NewChaCha8([32]byte{1}))
	blob := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	return []fixture{
		{"empty", nil, "one", ""},
		{"one-byte", []byte("x"), "one", ""},
		{"zero-byte", []byte{0}, "one", ""},
		{"line", []byte("hello\n"), "one", ""},
		{"no-newline", []byte("hello"), "one", ""},
		{"crlf", []byte("a\r\nb\r\n"), "one", ""},
		{"utf8", []byte("Zinnober 辰砂 🜨\n"), "one", ""},
		{"every-byte", every, "one", ""},
		{"json", []byte(`{"data": "ENC[AES256_GCM,data:x]", "sops": null}`), "one", ""},
		{"like-enc", []byte("ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]"), "one", ""},
		{"spaces", []byte("  \t\n\n "), "one", ""},
		{"html", []byte("<a href=\"x\">&amp;</a>\u2028"), "one", ""},
		{"two-readers", []byte("for two\n"), "two", ""},
		{"post-quantum", []byte("for later\n"), "pq", ""},
		{"ssh-key", []byte("by ssh\n"), "ssh", ""},
		{"mixed", []byte("for all kinds\n"), "mixed", ""},
		// Only the JSON store writes selectors since 3.11; older versions wrote
		// them into binary files too. The shape is the same.
		{"mac-only", []byte("prefix\n"), "one", "    mac_only_encrypted: true\n"},
		{"suffix", []byte("suffix\n"), "one", "    unencrypted_suffix: _unencrypted\n"},
		{"blob-5k", blob(5000), "one", ""},
		{"blob-two", blob(2000), "two", ""},
	}
}

// recipientsOf returns the recipients of a fixture's group.
func recipientsOf(t testing.TB, to string) []string {
	t.Helper()
	ids := testIdentities(t)
	one, two, pq := ids[0].Recipient, ids[1].Recipient, ids[2].Recipient
	ssh := strings.TrimSpace(string(read(t, "testdata/id_ed25519.pub")))
	return map[string][]string{
		"one": {one}, "two": {one, two}, "pq": {pq}, "ssh": {ssh}, "mixed": {one, pq, ssh},
	}[to]
}

func testIdentities(t testing.TB) []sops.Identity {
	t.Helper()
	ids, err := sops.ReadIdentities("testdata/keys.txt")
	if err != nil || len(ids) != 3 {
		t.Fatal(len(ids), err)
	}
	return ids
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sopsRunner runs the sops command with the test identities.
type sopsRunner func(stdin []byte, args ...string) ([]byte, error)

// must is the same for a command that has to succeed.
func (run sopsRunner) must(t *testing.T) func(stdin []byte, args ...string) []byte {
	return func(stdin []byte, args ...string) []byte {
		t.Helper()
		out, err := run(stdin, args...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// sopsCommand finds the sops command, or skips.
func sopsCommand(t *testing.T) sopsRunner {
	t.Helper()
	path := *sopsPath
	if path == "" {
		path = os.Getenv("ASSAY_SOPS")
	}
	if path == "" {
		var err error
		if path, err = exec.LookPath("sops"); err != nil {
			t.Skip("not run: sops is not installed (ASSAY_SOPS=/path/to/sops)")
		}
	}
	keys, err := filepath.Abs("testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	return func(stdin []byte, args ...string) ([]byte, error) {
		cmd := exec.CommandContext(t.Context(), path, args...)
		cmd.Dir = home
		cmd.Env = []string{"HOME=" + home, "SOPS_AGE_KEY_FILE=" + keys, "SOPS_DISABLE_VERSION_CHECK=1"}
		cmd.Stdin = bytes.NewReader(stdin)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("sops %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
		}
		return out, nil
	}
}

func TestMakeFixtures(t *testing.T) {
	if !*makeFixtures {
		t.Skip("not run: -make is not given")
	}
	run := sopsCommand(t).must(t)
	for _, f := range fixtureList() {
		config := filepath.Join(t.TempDir(), "sops.yaml")
		rule := fmt.Sprintf("creation_rules:\n  - age: '%s'\n%s", strings.Join(recipientsOf(t, f.to), ","), f.config)
		if err := os.WriteFile(config, []byte(rule), 0o600); err != nil {
			t.Fatal(err)
		}
		stdin, store := f.plain, "binary"
		if f.config != "" {
			stdin, store = fmt.Appendf(nil, `{"data": %q}`, f.plain), "json"
		}
		out := run(stdin, "--config", config, "encrypt", "--filename-override", "secret", "--input-type", store, "--output-type", "json")
		if err := os.WriteFile(filepath.Join(fixtures, f.name+".json"), out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDecryptsWhatSopsMade reads every committed fixture.
func TestDecryptsWhatSopsMade(t *testing.T) {
	ids := testIdentities(t)
	for _, f := range fixtureList() {
		t.Run(f.name, func(t *testing.T) {
			file, err := sops.Parse(read(t, filepath.Join(fixtures, f.name+".json")))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := len(file.Recipients()), len(recipientsOf(t, f.to)); got != want {
				t.Errorf("%d recipients, want %d", got, want)
			}
			if f.to == "ssh" {
				// No identity of ours opens it: SSH identities are not read.
				if _, err := file.Decrypt(ids); err == nil {
					t.Error("opened with an identity that is not its recipient's")
				}
				return
			}
			plain, err := file.Decrypt(ids)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(plain.Bytes(), f.plain) {
				t.Error("plaintext differs")
			}
		})
	}
}

// TestSopsDecryptsOurs asks the sops command to read what Encrypt writes, and
// Decrypt to read what it rotated.
func TestSopsDecryptsOurs(t *testing.T) {
	run := sopsCommand(t).must(t)
	ids := testIdentities(t)
	for _, f := range fixtureList() {
		if f.to == "ssh" {
			continue
		}
		text, err := sops.Encrypt(secret.New(bytes.Clone(f.plain)), recipientsOf(t, f.to))
		if err != nil {
			t.Fatal(f.name, err)
		}
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		got := run(nil, "decrypt", "--input-type", "json", "--output-type", "binary", path)
		if !bytes.Equal(got, f.plain) {
			t.Errorf("%s: sops decrypts another text", f.name)
		}
		rotated, err := sops.Parse(run(nil, "rotate", "--input-type", "binary", "--output-type", "binary", path))
		if err != nil {
			t.Fatalf("%s: after sops rotate: %v", f.name, err)
		}
		if plain, err := rotated.Decrypt(ids); err != nil || !bytes.Equal(plain.Bytes(), f.plain) {
			t.Errorf("%s: after sops rotate: %v", f.name, err)
		}
	}
}
