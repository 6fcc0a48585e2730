package generate_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"

	"assay/secrets/generate"
	"assay/secrets/secret"
)

// randomPassword is of 1 to 90 bytes, with spaces, colons and others than ASCII.
func randomPassword(t *testing.T) []byte {
	t.Helper()
	const letters = "abcXYZ019 :$\\'\"%\täöü€\xff\x80"
	length, err := rand.Int(rand.Reader, big.NewInt(90))
	if err != nil {
		t.Fatal(err)
	}
	out := make([]byte, length.Int64()+1)
	_, _ = rand.Read(out)
	for i, b := range out {
		out[i] = letters[int(b)%len(letters)]
	}
	return out
}

// agree asks crypt(3), through mkpasswd, for the hash with the same salt.
func agree(t *testing.T, mkpasswd string, password, hash []byte) {
	t.Helper()
	salt, _, _ := bytes.Cut(bytes.TrimPrefix(hash, []byte("$6$")), []byte("$"))
	got := ask(t, append(bytes.Clone(password), '\n'), mkpasswd, "-s", "-m", "sha512crypt", "-S", string(salt))
	if !bytes.Equal(bytes.TrimSpace(got), hash) {
		t.Fatalf("mkpasswd: %q, not %q", got, hash)
	}
}

func TestSHA512CryptAgrees(t *testing.T) {
	t.Parallel()
	mkpasswd := tool(t, "mkpasswd")
	for range cases(t, 20) {
		password := randomPassword(t)
		hash, err := generate.HashSHA512(secret.New(bytes.Clone(password)))
		if err != nil {
			t.Fatal(err)
		}
		agree(t, mkpasswd, password, hash)
	}
}

func TestUserPasswords(t *testing.T) {
	t.Parallel()
	words := regexp.MustCompile(`^[a-z]+(-[a-z]+){5,}$`)
	hashed := regexp.MustCompile(`^\$y\$j9T\$[./0-9A-Za-z]{22}\$[./0-9A-Za-z]{43}$`)
	g := generate.UserPassword("me", true, true)
	if g.Name != "user-password-me" || !g.Shared || !g.Prompts[0].Concealed() {
		t.Errorf("%+v", g)
	}
	made := produce(t, g, generate.Input{})
	if !words.Match(made["user-password"].Bytes()) || !hashed.Match(made["user-password-hash"].Bytes()) {
		t.Error("not six words and a hash by yescrypt")
	}
	in := generate.Input{Answers: map[string]secret.Value{"user-password": hold("can\nary\n")}}
	made = produce(t, g, in)
	if string(made["user-password"].Bytes()) != "canary" || !hashed.Match(made["user-password-hash"].Bytes()) {
		t.Error("the answer is not the password")
	}
	if string(in.Answers["user-password"].Bytes()) != "can\nary\n" {
		t.Error("the answer was changed")
	}
}

func TestPasswordsRefused(t *testing.T) {
	for _, text := range []string{"", "canary\x00", "canary\n", strings.Repeat("canary", 100)} {
		for _, hash := range []func(secret.Value) ([]byte, error){generate.HashYescrypt, generate.HashSHA512} {
			if _, err := hash(hold(text)); !errors.Is(err, generate.ErrInput) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%q: %v", text, err)
			}
		}
	}
}

// TestPassphraseWords holds the words against those of xkcdpass.
func TestPassphraseWords(t *testing.T) {
	const theirs = "/usr/lib/python3/dist-packages/xkcdpass/static/eff-long"
	text, err := os.ReadFile(theirs)
	if err != nil {
		t.Skip("not run: xkcdpass is not installed")
	}
	known := map[string]bool{}
	for word := range strings.FieldsSeq(string(text)) {
		if 5 <= len(word) && len(word) <= 9 {
			known[word] = true
		}
	}
	made := strings.Fields(string(generate.NewPassphrase(200_000, " ").Bytes()))
	seen := map[string]bool{}
	for _, word := range made {
		if !known[word] {
			t.Fatalf("%q is not one of xkcdpass's words", word)
		}
		seen[word] = true
	}
	if len(seen) != len(known) {
		t.Errorf("%d different words, xkcdpass has %d", len(seen), len(known))
	}
}
