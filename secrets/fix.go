package secrets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"assay/fleet"
	"assay/secrets/batch"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// FixVars writes the secrets of drifted vars anew, each under a fresh data
// key, for exactly whom its links name; a machine that is to have one is linked
// with it, as are the machine's default groups, and one that is not to have it
// any more is unlinked. All of it is written through log, or nothing. The
// operator's identities must open all of them.
func FixVars(ctx context.Context, store *vars.Store, log *batch.Log, drifted []VarFinding, operator []sops.Identity) error {
	for _, f := range drifted {
		if f.State != Drifted {
			return fmt.Errorf("%s: it is %s, not drifted; nothing is written", f.ID, f.State)
		}
	}
	changes, err := fixes(ctx, store, drifted, operator)
	if err != nil {
		return err
	}
	return log.Write(changes)
}

// fixes are the changes to make. Once all can be opened, machines without a key
// get one at once: it does nothing by itself.
func fixes(ctx context.Context, store *vars.Store, drifted []VarFinding, operator []sops.Identity) (changes []batch.Change, err error) {
	unlock, err := store.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := store.Sweep(); err != nil {
		return nil, err
	}
	var mended []*mending
	defer func() {
		for _, m := range mended {
			m.value.Wipe()
		}
	}()
	for _, f := range drifted {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m, err := mendingOf(store, f, operator)
		if err != nil {
			return nil, fmt.Errorf("nothing is written: %s: %w", f.ID, err)
		}
		mended = append(mended, m)
	}
	for _, m := range mended {
		if err := machineKeys(store, m.access, operator); err != nil {
			return nil, fmt.Errorf("%s: %w", m.id, err)
		}
		r, err := store.Regrant(m.id, m.value, m.access, m.lose)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.id, err)
		}
		more, err := changesOf(store, r)
		if err != nil {
			return nil, err
		}
		changes = append(changes, more...)
	}
	return changes, nil
}

// mending is one drifted secret, opened, and who is to have it beside whom its
// links name.
type mending struct {
	id     vars.ID
	value  Secret
	access vars.Access
	lose   []string // machines that are not to have it
}

// mendingOf opens a drifted secret. It is refused where it is not known who has
// to read it.
func mendingOf(store *vars.Store, f VarFinding, operator []sops.Identity) (*mending, error) {
	m := &mending{id: f.ID}
	if f.Declared && f.Certainty == fleet.Exact {
		m.access.Groups = f.Groups
		if f.Deploy {
			m.access.Machines = f.Machines
		} else {
			m.lose = f.Machines
		}
	}
	err := store.CheckReaders(f.ID, m.access)
	if err == nil {
		m.value, err = store.Secret(f.ID, operator)
	}
	return m, err
}

// machineKeys makes the keys that machines of access lack.
func machineKeys(store *vars.Store, access vars.Access, operator []sops.Identity) error {
	if len(access.Machines) == 0 {
		return nil
	}
	users, err := operatorUsers(store, operator)
	if err != nil {
		return err
	}
	for _, m := range access.Machines {
		if _, err := store.AddMachineKey(m, vars.Access{Users: users, Groups: access.Groups}, operator); err != nil {
			return err
		}
	}
	return nil
}

// changesOf are the changes that a rewrite consists of.
func changesOf(store *vars.Store, r vars.Rewrite) ([]batch.Change, error) {
	changes := []batch.Change{{Path: r.Path, Content: r.Text, Mode: 0o600}}
	for _, name := range slices.Sorted(maps.Keys(r.Links)) {
		changes = append(changes, batch.Change{Path: name, Link: r.Links[name]})
	}
	for _, name := range r.Gone {
		changes = append(changes, batch.Change{Path: name, Remove: true})
	}
	for i := range changes {
		var err error
		if changes[i].Was, err = batch.HashAt(store.Dir(), changes[i].Path); err != nil {
			return nil, err
		}
	}
	return changes, nil
}
