package remote_test

import (
	"crypto/ed25519"
	"crypto/sha256"

	"golang.org/x/crypto/ssh"
)

// securitySignature signs as a FIDO key does: over the hash of the
// application, flags (1 is touched), a counter and the hash of the message
// (OpenSSH's PROTOCOL.u2f).
func securitySignature(private ed25519.PrivateKey, application string, data []byte) *ssh.Signature {
	app, message := sha256.Sum256([]byte(application)), sha256.Sum256(data)
	tail := []byte{1, 0, 0, 0, 7}
	signed := append(append(app[:], tail...), message[:]...)
	return &ssh.Signature{Format: "sk-ssh-ed25519@openssh.com", Blob: ed25519.Sign(private, signed), Rest: tail}
}
