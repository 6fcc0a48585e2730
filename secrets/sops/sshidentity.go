package sops

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"assay/secrets/secret"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// ReadSSHIdentity reads an SSH private key, of the kinds ssh-ed25519 and
// ssh-rsa. For one with a passphrase, ask is called with the path, once a file
// is about to be opened with the key; if ask is nil, the identity is listed as
// unusable. Errors wrap ErrIdentity and quote nothing of the key.
func ReadSSHIdentity(path string, ask func(path string) (secret.Value, error)) (Identity, error) {
	text, err := readLimited(path)
	if err != nil {
		return Identity{}, err
	}
	defer text.Wipe()
	// Old formats do not hold the public key of an encrypted one.
	public, err := readLimited(path + ".pub")
	if err != nil {
		public = secret.Value{}
	}
	return parseSSHIdentity(text, path, public.Bytes(), ask)
}

func readLimited(path string) (secret.Value, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret.Value{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxIdentities+1))
	if err == nil && len(text) > maxIdentities {
		err = fmt.Errorf("%s: %w: larger than %d KiB", path, ErrIdentity, maxIdentities>>10)
	}
	if err != nil {
		clear(text)
		return secret.Value{}, err
	}
	return secret.New(text), nil
}

func parseSSHIdentity(text secret.Value, origin string, public []byte, ask func(string) (secret.Value, error)) (Identity, error) {
	signer, err := ssh.ParsePrivateKey(text.Bytes())
	if locked := new(ssh.PassphraseMissingError); errors.As(err, &locked) {
		return lockedIdentity(text, origin, locked.PublicKey, public, ask)
	} else if err != nil {
		return Identity{}, fmt.Errorf("%s: %w: not an SSH private key", origin, ErrIdentity)
	}
	id, err := agessh.ParseIdentity(text.Bytes())
	if err != nil {
		return Identity{}, fmt.Errorf("%s: %w: age knows ssh-ed25519 and ssh-rsa keys only, of 2048 bits or more", origin, ErrIdentity)
	}
	return native(id, publicLine(signer.PublicKey()), origin), nil
}

func publicLine(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

func lockedIdentity(text secret.Value, origin string, key ssh.PublicKey, public []byte, ask func(string) (secret.Value, error)) (Identity, error) {
	if key == nil {
		var err error
		if key, _, _, _, err = ssh.ParseAuthorizedKey(public); err != nil {
			return Identity{}, fmt.Errorf("%s: %w: it has a passphrase, and its public part is not beside it, in %s.pub", origin, ErrIdentity, origin)
		}
	}
	id := Identity{Recipient: publicLine(key), Origin: origin}
	if ask == nil {
		id.Needs = "the passphrase of " + origin
		return id, nil
	}
	// The encrypted key is kept, so that the passphrase is asked for only if
	// a file has it for a recipient.
	locked, err := agessh.NewEncryptedSSHIdentity(key, bytes.Clone(text.Bytes()), func() ([]byte, error) {
		v, err := ask(origin)
		if err != nil {
			return nil, errNoAnswer
		}
		return bytes.Clone(v.Bytes()), nil
	})
	if err != nil {
		return Identity{}, fmt.Errorf("%s: %w: age knows ssh-ed25519 and ssh-rsa keys only", origin, ErrIdentity)
	}
	id.open = func() age.Identity { return locked }
	return id, nil
}
