package generate

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
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

// ErrHostKey is a private key that is not an unencrypted OpenSSH ed25519 key.
var ErrHostKey = errors.New("not an OpenSSH ed25519 private key")

// OpenSSH is the generator of a machine's ed25519 host key: the private part
// as OpenSSH PEM without a passphrase, the public part in authorized_keys form
// without a comment.
func OpenSSH() Generator {
	files := []File{
		{Name: HostKeyPrivate, Secret: true, Deploy: true},
		{Name: HostKeyPublic, Deploy: true},
	}
	return Generator{HostKeyGenerator, files, func() ([]Output, error) {
		private, public, err := newHostKey()
		if err != nil {
			return nil, err
		}
		return []Output{{files[0], private}, {files[1], secret.New(public)}}, nil
	}}
}

func newHostKey() (private secret.Value, public []byte, err error) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return secret.Value{}, nil, err
	}
	defer clear(key)
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return secret.Value{}, nil, err
	}
	defer clear(block.Bytes)
	sshPub, err := ssh.NewPublicKey(pub)
	if err != nil {
		return secret.Value{}, nil, err
	}
	return secret.New(pem.EncodeToMemory(block)), ssh.MarshalAuthorizedKey(sshPub), nil
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
