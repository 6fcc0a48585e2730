// Package secrets answers for a fleet's secrets: which SSH key each machine
// must prove, the private keys behind them, and whether everybody who should
// read a secret can. The values lie in the fleet's directory as secrets/vars
// describes, encrypted as secrets/sops does, made by secrets/generate.
//
// The functions may be called from several goroutines. Those that write hold
// the store's lock, so that two processes do not generate the same thing.
// Private keys are decrypted into memory only.
package secrets

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"assay/secrets/secret"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// Secret is a secret value that no formatting verb, encoder or logger prints.
type Secret = secret.Value

// NewSecret returns a Secret that owns b.
func NewSecret(b []byte) Secret { return secret.New(b) }

// The kinds of failure, for errors.Is; besides those of vars and sops.
var (
	// ErrNoOperator is a fleet that knows none of the identities at hand.
	ErrNoOperator = errors.New("none of the age identities at hand belongs to a user of this fleet")
	// ErrHalf is a key pair of which one half is lost.
	ErrHalf = errors.New("half of the key pair is missing")
)

// CreateOperator makes a new age identity in the file path (mode 0600, never
// replacing one) and registers its public key as the user name of the fleet.
// When an earlier call got as far as the file, it is used as it is.
func CreateOperator(store *vars.Store, path, name string) (sops.Identity, error) {
	if err := vars.CheckUser(name); err != nil {
		return sops.Identity{}, err
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return sops.Identity{}, err
	}
	id, err := readOrCreate(path)
	if err != nil {
		return sops.Identity{}, err
	}
	if err := store.AddUser(name, id.Recipient); err != nil {
		return sops.Identity{}, fmt.Errorf("%w\nhint: the identity is in %s; register it under another name", err, path)
	}
	return id, nil
}

func readOrCreate(path string) (sops.Identity, error) {
	id, err := sops.CreateIdentity(path)
	if !errors.Is(err, fs.ErrExist) {
		return id, err
	}
	ids, err := sops.ReadIdentities(path)
	if err != nil {
		return sops.Identity{}, err
	}
	for _, id := range ids {
		if id.Usable() {
			return id, nil
		}
	}
	return sops.Identity{}, fmt.Errorf("%s: %w: the file holds none that is usable here", path, sops.ErrIdentity)
}
