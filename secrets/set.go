package secrets

import (
	"context"
	"errors"

	"assay/secrets/sops"
	"assay/secrets/vars"
)

// Audience is for whom a secret is, beside the operator.
type Audience struct {
	Machines, Groups []string
}

// SetVar writes one var under the store's lock: public, or a secret for the
// audience, the operator's users and whom its links name already. A machine
// without a key gets one.
func SetVar(ctx context.Context, store *vars.Store, id vars.ID, secret bool, value Secret, to Audience, operator []sops.Identity) (err error) {
	unlock, err := store.Lock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := store.Sweep(); err != nil {
		return err
	}
	if !secret {
		return store.SetPublic(id, value.Bytes())
	}
	access, err := audience(store, to, operator)
	if err != nil {
		return err
	}
	return store.SetSecret(id, value, access)
}

// audience resolves who reads a new secret, and makes the machines' keys.
func audience(store *vars.Store, to Audience, operator []sops.Identity) (vars.Access, error) {
	users, err := operatorUsers(store, operator)
	if err != nil {
		return vars.Access{}, err
	}
	for _, m := range to.Machines {
		if _, err := store.AddMachineKey(m, vars.Access{Users: users, Groups: to.Groups}, operator); err != nil {
			return vars.Access{}, err
		}
	}
	return vars.Access{Users: users, Machines: to.Machines, Groups: to.Groups}, nil
}
