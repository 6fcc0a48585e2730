package secrets

import (
	"context"
	"errors"
	"fmt"

	"assay/fleet"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// FixVar writes the secret of a drifted var anew, under a fresh data key, for
// exactly whom its links name; a machine that is to have it is linked first,
// and one that is not to have it any more is unlinked. The operator's
// identities must open it.
func FixVar(ctx context.Context, store *vars.Store, f VarFinding, operator []sops.Identity) (err error) {
	if f.State != Drifted {
		return fmt.Errorf("%s: it is %s, not drifted", f.ID, f.State)
	}
	unlock, err := store.Lock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := store.Sweep(); err != nil {
		return err
	}
	value, err := store.Secret(f.ID, operator)
	if err != nil {
		return err
	}
	defer value.Wipe()
	var access vars.Access
	sure := f.Declared && f.Certainty == fleet.Exact
	if sure && f.Deploy {
		users, err := operatorUsers(store, operator)
		if err != nil {
			return err
		}
		for _, m := range f.Machines {
			if _, err := store.AddMachineKey(m, vars.Access{Users: users}, operator); err != nil {
				return err
			}
		}
		access.Machines = f.Machines
	}
	if sure && !f.Deploy {
		if err := store.Unlink(f.ID, f.Machines); err != nil {
			return err
		}
	}
	return store.SetSecret(f.ID, value, access)
}
