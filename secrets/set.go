package secrets

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"assay/secrets/sops"
	"assay/secrets/vars"
)

// Audience is for whom a secret is, beside the operator.
type Audience struct {
	Machines, Groups []string
}

// SetVar writes one var under the store's lock: public, or a secret for the
// audience, the operator's users and whom its links name already. A machine
// without a key gets one. Where the keys of somebody who has to read it cannot be
// read, nothing is written. hash is that of the validation that its generator
// declares, "" for none, and is stored where the generator has no other file: then
// all that it has is set under it.
func SetVar(ctx context.Context, store *vars.Store, id vars.ID, secret bool, value Secret, to Audience, hash string, operator []sops.Identity) (err error) {
	unlock, err := store.Lock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := store.Sweep(); err != nil {
		return err
	}
	if err := set(store, id, secret, value, to, operator); err != nil || hash == "" {
		return err
	}
	others, err := store.Files(id.Generator)
	if err != nil || slices.ContainsFunc(others, func(v vars.Var) bool { return v.ID != id && (v.Public || v.Secret) }) {
		return err
	}
	return store.SetHash(id.Generator, hash)
}

func set(store *vars.Store, id vars.ID, secret bool, value Secret, to Audience, operator []sops.Identity) error {
	if !secret {
		return store.SetPublic(id, value.Bytes())
	}
	access, err := audience(store, id, to, operator)
	if err != nil {
		return fmt.Errorf("%s is not set: %w", id, err)
	}
	if err := store.SetSecret(id, value, access); err != nil {
		return err
	}
	return store.RemovePublic(id) // what was declared public before is not left in clear
}

// audience resolves who reads a new secret, and makes the machines' keys, if
// it is known who has to read it.
func audience(store *vars.Store, id vars.ID, to Audience, operator []sops.Identity) (vars.Access, error) {
	users, err := operatorUsers(store, operator)
	if err != nil {
		return vars.Access{}, err
	}
	access := vars.Access{Users: users, Machines: to.Machines, Groups: to.Groups}
	if err := store.CheckReaders(id, access); err != nil {
		return vars.Access{}, err
	}
	return access, machineKeys(store, access, operator)
}
