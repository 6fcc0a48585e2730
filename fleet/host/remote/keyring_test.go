package remote

import (
	"crypto/ed25519"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// TestIdentityOfAFile: what a file holds is known from the last time, and
// looked for again when the file has changed.
func TestIdentityOfAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	var k keyring
	if _, err := k.identity(file); err == nil {
		t.Error("a file that is not there has a key")
	}
	write := func(key []byte, at time.Time) {
		t.Helper()
		if err := os.WriteFile(file, key, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	is := func(want string) {
		t.Helper()
		id, err := k.identity(file)
		if err != nil || string(id.public.Marshal()) != want {
			t.Errorf("%v, or it is another key", err)
		}
		id.usual = true // the caller's own
	}
	one, public := privateKey(t)
	two, other := privateKey(t)
	write(one, time.Unix(1000, 0))
	is(public)
	is(public)
	if id, _ := k.identity(file); id.usual {
		t.Error("what a caller notes is kept for all")
	}
	write(two, time.Unix(2000, 0))
	is(other)
}

// privateKey is a new one as a file has it, and its public half.
func privateKey(t *testing.T) (file []byte, public string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block), string(signer.PublicKey().Marshal())
}
