package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"assay/secrets/generate"
	"assay/secrets/sops"
	"assay/secrets/vars"

	"golang.org/x/crypto/ssh"
)

// hostKeyVars are the two vars of a machine's SSH host key.
func hostKeyVars(machine string) (private, public vars.ID) {
	g := vars.Machine(machine, generate.HostKeyGenerator)
	return g.Var(generate.HostKeyPrivate), g.Var(generate.HostKeyPublic)
}

// authorityVar is the public key of the fleet's own host certificate
// authority, as clan's sshd service generates it.
func authorityVar() vars.ID { return vars.Shared("openssh-ca").Var("id_ed25519.pub") }

// HostKeys returns the public keys by which the machine is known, in
// authorized_keys form without comment: its own host key, and "@cert-authority
// KEY" for the fleet's authority where there is one, whose certificates count
// for a machine only under its name. A machine with neither is fs.ErrNotExist.
func HostKeys(store *vars.Store, machine string) ([]string, error) {
	_, public := hostKeyVars(machine)
	own, ownErr := publicKey(store, public)
	if ownErr != nil && !errors.Is(ownErr, fs.ErrNotExist) {
		return nil, ownErr
	}
	authority, err := publicKey(store, authorityVar())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var keys []string
	if own != "" {
		keys = append(keys, own)
	}
	if authority != "" {
		keys = append(keys, "@cert-authority "+authority)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("machine %s has no host key: %w", machine, ownErr)
	}
	return keys, nil
}

// publicKey reads a var that holds exactly one SSH public key.
func publicKey(store *vars.Store, id vars.ID) (string, error) {
	text, err := store.Public(id)
	if err != nil {
		return "", err
	}
	key, _, options, rest, err := ssh.ParseAuthorizedKey(text)
	if err != nil || len(options) > 0 || len(bytes.TrimSpace(rest)) > 0 {
		return "", fmt.Errorf("%s: not one SSH public key in authorized_keys form", id)
	}
	if _, ok := key.(*ssh.Certificate); ok {
		return "", fmt.Errorf("%s: a certificate where a key belongs", id)
	}
	return string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(key))), nil
}

// HostKey decrypts the machine's private SSH host key, in OpenSSH PEM. It
// refuses one that does not belong to the public key that is pinned.
func HostKey(store *vars.Store, machine string, identities []sops.Identity) (Secret, error) {
	private, public := hostKeyVars(machine)
	pinned, err := publicKey(store, public)
	if err != nil {
		return Secret{}, fmt.Errorf("machine %s: %w", machine, err)
	}
	key, err := store.Secret(private, identities)
	if err != nil {
		return Secret{}, fmt.Errorf("machine %s: %w", machine, err)
	}
	derived, err := generate.HostKeyPublicOf(key)
	if err == nil && string(bytes.TrimSpace(derived)) != pinned {
		err = errMismatch
	}
	if err != nil {
		key.Wipe()
		return Secret{}, fmt.Errorf("machine %s: %s: %w", machine, private, err)
	}
	return key, nil
}

var errMismatch = errors.New("the private host key does not belong to the public one")
