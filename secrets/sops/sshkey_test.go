package sops_test

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha512"
	"testing"

	"assay/secrets/sops"

	"filippo.io/age/plugin"
	"golang.org/x/crypto/ssh"
)

// TestAgeOfSSH goes the other way: what ssh-to-age makes of the private key,
// the first half of its hash, has to have the public key that AgeOfSSH makes
// of the public one.
func TestAgeOfSSH(t *testing.T) {
	for range 50 {
		public, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		line, err := ssh.NewPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		hash := sha512.Sum512(private.Seed())
		key, err := ecdh.X25519().NewPrivateKey(hash[:32])
		if err != nil {
			t.Fatal(err)
		}
		want, err := plugin.EncodeX25519Recipient(key.PublicKey())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := sops.AgeOfSSH(string(ssh.MarshalAuthorizedKey(line))); err != nil || got != want {
			t.Fatal(got, want, err)
		}
	}
}
