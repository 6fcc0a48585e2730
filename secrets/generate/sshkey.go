package generate

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"strings"

	"assay/secrets/secret"

	"golang.org/x/crypto/ssh"
)

// NewSSHKey makes an ed25519 key as ssh-keygen does: the private part as
// OpenSSH PEM without a passphrase, the public part in authorized_keys form,
// with the comment where it is not empty, and a newline.
func NewSSHKey(comment string) (private, public secret.Value, err error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return private, public, err
	}
	defer clear(key)
	return marshalSSH(key, comment)
}

// NewSSHKeyRSA makes an RSA key of that many bits, as NewSSHKey.
func NewSSHKeyRSA(bits int, comment string) (private, public secret.Value, err error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return private, public, err
	}
	return marshalSSH(key, comment)
}

func marshalSSH(key crypto.Signer, comment string) (private, public secret.Value, err error) {
	if strings.ContainsAny(comment, "\r\n\x00") {
		return private, public, fmt.Errorf("%w: the comment of an SSH key has one line", ErrInput)
	}
	block, err := ssh.MarshalPrivateKey(key, comment)
	if err != nil {
		return private, public, err
	}
	defer clear(block.Bytes)
	sshPublic, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return private, public, err
	}
	return secret.New(pem.EncodeToMemory(block)), secret.New(authorizedKey(sshPublic, comment)), nil
}

// authorizedKey is a line of an authorized_keys file.
func authorizedKey(key ssh.PublicKey, comment string) []byte {
	line := bytes.TrimSuffix(ssh.MarshalAuthorizedKey(key), []byte("\n"))
	if comment != "" {
		line = fmt.Appendf(line, " %s", comment)
	}
	return append(line, '\n')
}

// SSHKey is the generator of an ed25519 key, of a user or a host.
func SSHKey(name, private, public, comment string) Generator {
	return pair(name, private, public, func() (secret.Value, secret.Value, error) { return NewSSHKey(comment) })
}
