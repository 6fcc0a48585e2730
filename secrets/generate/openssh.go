package generate

import (
	"bytes"
	"errors"
	"fmt"

	"assay/secrets/secret"

	"golang.org/x/crypto/ssh"
)

// The generator of an SSH host key and its files, as clan's sshd service
// names them.
const (
	HostKeyGenerator = "openssh"
	HostKeyPrivate   = "ssh.id_ed25519"
	HostKeyPublic    = "ssh.id_ed25519.pub"
)

// The other generators of clan's sshd service.
const (
	rsaGenerator  = "openssh-rsa"
	caGenerator   = "openssh-ca"
	certGenerator = "openssh-cert"
	rootGenerator = "sshd-root-key"

	caPrivate = "id_ed25519"
	caPublic  = "id_ed25519.pub"
	certFile  = "ssh.id_ed25519-cert.pub"
)

// ErrHostKey is a private key that is not an unencrypted OpenSSH ed25519 key.
var ErrHostKey = errors.New("not an OpenSSH ed25519 private key")

// OpenSSH is the generator of a machine's ed25519 host key: the private part
// as OpenSSH PEM without a passphrase, the public part in authorized_keys form
// without a comment.
func OpenSSH() Generator {
	return SSHKey(HostKeyGenerator, HostKeyPrivate, HostKeyPublic, "")
}

// OpenSSHRSA is the generator of a machine's RSA host key, of 4096 bits.
func OpenSSHRSA() Generator {
	return pair(rsaGenerator, "ssh.id_rsa", "ssh.id_rsa.pub", func() (secret.Value, secret.Value, error) {
		return NewSSHKeyRSA(4096, "")
	})
}

// OpenSSHCA is the generator of the key that signs the fleet's host keys. No
// machine gets it.
func OpenSSHCA() Generator {
	g := SSHKey(caGenerator, caPrivate, caPublic, "")
	g.Shared = true
	for i := range g.Files {
		g.Files[i].Deploy = false
	}
	return g
}

// OpenSSHRootKey is the generator of a key with which the machine's root logs
// in elsewhere.
func OpenSSHRootKey(machine string) Generator {
	return SSHKey(rootGenerator, "id_ed25519", "id_ed25519.pub", "root@"+machine)
}

// HostKeyPublicOf derives the public part of a host key, in authorized_keys
// form with a newline. Its error is ErrHostKey and shows nothing of the key.
func HostKeyPublicOf(private secret.Value) ([]byte, error) {
	signer, err := ssh.ParsePrivateKey(bytes.TrimSpace(private.Bytes()))
	if err != nil {
		return nil, ErrHostKey
	}
	if t := signer.PublicKey().Type(); t != ssh.KeyAlgoED25519 {
		return nil, fmt.Errorf("%w but %s", ErrHostKey, t)
	}
	return ssh.MarshalAuthorizedKey(signer.PublicKey()), nil
}
