package bed

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"testing"
)

// Signer returns the client key of KeyFile; ssh.NewSignerFromSigner takes it.
func (h Host) Signer(t testing.TB) crypto.Signer {
	t.Helper()
	text, err := os.ReadFile(h.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := parseKey(text)
	if err != nil {
		t.Fatalf("%s: %v", h.KeyFile, err)
	}
	return key
}

// parseKey reads an unencrypted ed25519 key in the form of OpenSSH's
// PROTOCOL.key.
func parseKey(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "OPENSSH PRIVATE KEY" {
		return nil, errors.New("not a private key of OpenSSH's own form")
	}
	rest, ok := bytes.CutPrefix(block.Bytes, []byte("openssh-key-v1\x00"))
	if !ok {
		return nil, errors.New("not openssh-key-v1")
	}
	// Cipher, key derivation and its options; how many keys; the public key.
	cipher, rest, err := field(rest)
	if err != nil {
		return nil, err
	}
	if string(cipher) != "none" {
		return nil, fmt.Errorf("encrypted with %s", cipher)
	}
	for range 2 {
		if _, rest, err = field(rest); err != nil {
			return nil, err
		}
	}
	if len(rest) < 4 {
		return nil, errShort
	}
	if _, rest, err = field(rest[4:]); err != nil {
		return nil, err
	}
	// The private part: two equal numbers, type, public half, both halves.
	private, _, err := field(rest)
	if err != nil || len(private) < 8 {
		return nil, errShort
	}
	kind, rest, err := field(private[8:])
	if err != nil || string(kind) != "ssh-ed25519" {
		return nil, fmt.Errorf("type %q, not ssh-ed25519", kind)
	}
	if _, rest, err = field(rest); err != nil {
		return nil, err
	}
	both, _, err := field(rest)
	if err != nil || len(both) != ed25519.PrivateKeySize {
		return nil, errShort
	}
	return ed25519.PrivateKey(both), nil
}

var errShort = errors.New("the key is cut short")

// field cuts one length-prefixed string from the front.
func field(b []byte) (value, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, errShort
	}
	n := binary.BigEndian.Uint32(b)
	if uint64(n) > uint64(len(b)-4) {
		return nil, nil, errShort
	}
	return b[4 : 4+n], b[4+n:], nil
}
