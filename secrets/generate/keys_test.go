package generate_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"assay/secrets/generate"

	"filippo.io/age"
)

// TestWireGuard has wg derive our public keys, and derives those of wg.
func TestWireGuard(t *testing.T) {
	t.Parallel()
	wg := tool(t, "wg")
	for i := range cases(t, 20) {
		made := produce(t, generate.WireGuard("zt"), generate.Input{})
		if got := ask(t, made["privatekey"].Bytes(), wg, "pubkey"); !bytes.Equal(got, made["publickey"].Bytes()) {
			t.Fatalf("case %d: wg derives %q, not %q", i, got, made["publickey"].Bytes())
		}
		if i%10 != 0 {
			continue
		}
		theirs := ask(t, nil, wg, "genkey")
		want := ask(t, theirs, wg, "pubkey")
		if got, err := generate.WireGuardPublicOf(hold(string(theirs))); err != nil || !bytes.Equal(got.Bytes(), want) {
			t.Fatalf("of wg's key: %q, %v; want %q", got.Bytes(), err, want)
		}
	}
	psk, theirs := generate.NewWireGuardPSK(), ask(t, nil, wg, "genpsk")
	if len(psk.Bytes()) != len(theirs) || psk.Bytes()[psk.Len()-1] != '\n' {
		t.Error("a shared key of another form than wg's")
	}
	// wg reads a shared key as it reads a private one.
	ask(t, psk.Bytes(), wg, "pubkey")
}

func TestWireGuardRefuses(t *testing.T) {
	for _, text := range []string{"", "canary", "Y2FuYXJ5\n"} {
		if _, err := generate.WireGuardPublicOf(hold(text)); !errors.Is(err, generate.ErrInput) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestNixKeys has nix derive our public keys, in both of its ways of making
// one, and compares the form with that of nix-store.
func TestNixKeys(t *testing.T) {
	t.Parallel()
	nix, store, dir := tool(t, "nix"), tool(t, "nix-store"), t.TempDir()
	for i := range cases(t, 4) {
		name := fmt.Sprintf("cache.example.org-%d", i)
		made := produce(t, generate.NixKey("ncps-x", "sign-key", "pub-key", name), generate.Input{})
		got := ask(t, made["sign-key"].Bytes(), nix, "--extra-experimental-features", "nix-command", "key", "convert-secret-to-public")
		if !bytes.Equal(got, made["pub-key"].Bytes()) {
			t.Fatalf("nix derives %q, not %q", got, made["pub-key"].Bytes())
		}
	}
	private, public := filepath.Join(dir, "private"), filepath.Join(dir, "public")
	ask(t, nil, store, "--generate-binary-cache-key", "n-1", private, public)
	ours := produce(t, generate.NixKey("g", "s", "p", "n-1"), generate.Input{})
	if a, b := len(ask(t, nil, "cat", private)), ours["s"].Len(); a != b {
		t.Errorf("a private key of %d bytes, nix-store makes %d", b, a)
	}
	if a, b := len(ask(t, nil, "cat", public)), ours["p"].Len(); a != b {
		t.Errorf("a public key of %d bytes, nix-store makes %d", b, a)
	}
	for _, name := range []string{"", "a:b", "a b", "a\n"} {
		if _, _, err := generate.NewNixKey(name); !errors.Is(err, generate.ErrInput) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAgeKeys(t *testing.T) {
	t.Parallel()
	keygen := tool(t, "age-keygen")
	for range cases(t, 4) {
		made := produce(t, generate.AgeKey("g", "key", "pub"), generate.Input{})
		if _, err := age.ParseIdentities(bytes.NewReader(made["key"].Bytes())); err != nil {
			t.Fatal(err)
		}
		if got := ask(t, made["key"].Bytes(), keygen, "-y"); !bytes.Equal(got, made["pub"].Bytes()) {
			t.Fatalf("age-keygen derives %q, not %q", got, made["pub"].Bytes())
		}
	}
}

// TestLUKS formats a file with our passphrase and opens it, as key file and as
// what is typed.
func TestLUKS(t *testing.T) {
	t.Parallel()
	cryptsetup, dir := tool(t, "cryptsetup"), t.TempDir()
	disk := keep(t, dir, "disk", hold(string(make([]byte, 4<<20))))
	for range cases(t, 2) {
		passphrase := produce(t, generate.LUKS("luks", "key"), generate.Input{})["key"]
		key := keep(t, dir, "key", passphrase)
		ask(t, nil, cryptsetup, "luksFormat", "--batch-mode", "--type", "luks1", "--pbkdf-force-iterations", "1000", disk, key)
		ask(t, nil, cryptsetup, "open", "--test-passphrase", "--key-file", key, disk)
		ask(t, append(passphrase.Bytes(), '\n'), cryptsetup, "open", "--test-passphrase", disk)
	}
}

func TestMachineIDs(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$`)
	seen := map[string]bool{}
	for range 200 {
		id := string(produce(t, generate.MachineID(), generate.Input{})["machineId"].Bytes())
		if !form.MatchString(id) || seen[id] {
			t.Fatalf("machine id %q", id)
		}
		seen[id] = true
	}
}

// TestTokens has openssl decode them, and looks at their letters.
func TestTokens(t *testing.T) {
	t.Parallel()
	openssl := tool(t, "openssl")
	for i := range cases(t, 4) {
		n := 1 + i%64
		decoded := ask(t, append(generate.NewToken(generate.Base64, n).Bytes(), '\n'), openssl, "base64", "-d", "-A")
		if len(decoded) != n {
			t.Fatalf("openssl decodes %d bytes, not %d", len(decoded), n)
		}
	}
	if got, want := generate.NewToken(generate.Hex, 24).Len()+1, len(ask(t, nil, openssl, "rand", "-hex", "24")); got != want {
		t.Errorf("%d hexadecimal digits and a newline, openssl makes %d", got, want)
	}
	count := map[byte]int{}
	for _, b := range generate.NewToken(generate.Alphanumeric, 62000).Bytes() {
		count[b]++
	}
	for b, n := range count { // 1000 are expected, the deviation is 32
		if n < 750 || n > 1250 {
			t.Errorf("%q comes %d times in 62000", b, n)
		}
	}
	if len(count) != 62 {
		t.Errorf("%d different characters", len(count))
	}
}

func TestTokensDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100_000 {
		token := string(generate.NewToken(generate.Hex, 16).Bytes())
		if seen[token] {
			t.Fatal("the same token twice")
		}
		seen[token] = true
	}
}
