package secrets

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"assay/secrets/generate"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// writersPerCore is how many machines are worked on at once for each core.
// Most of the time goes into waiting for the disk to flush.
const writersPerCore = 4

// EnsureHostKeys gives every machine what it lacks of an SSH host key and an
// age key, encrypted to the machine and to the users of the fleet that the
// operator's identities belong to. What exists is left as it is. The machines
// that got a host key are returned, sorted, also when others failed. An
// interrupted call is completed by the next one.
func EnsureHostKeys(ctx context.Context, store *vars.Store, machines []string, operator []sops.Identity) (made []string, err error) {
	todo, err := incomplete(store, machines)
	if err != nil || len(todo) == 0 {
		return nil, err
	}
	users, err := operatorUsers(store, operator)
	if err != nil {
		return nil, err
	}
	unlock, err := store.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := store.Sweep(); err != nil {
		return nil, err
	}

	var (
		mu     sync.Mutex
		failed []error
		group  sync.WaitGroup
		queue  = make(chan string)
	)
	for range min(len(todo), writersPerCore*runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for machine := range queue {
				fresh, err := ensureHostKey(store, machine, users, operator)
				mu.Lock()
				if err != nil {
					failed = append(failed, fmt.Errorf("machine %s: %w", machine, err))
				} else if fresh {
					made = append(made, machine)
				}
				mu.Unlock()
			}
		})
	}
	for _, machine := range todo {
		if ctx.Err() != nil {
			failed = append(failed, ctx.Err())
			break
		}
		queue <- machine
	}
	close(queue)
	group.Wait()
	slices.Sort(made)
	slices.SortFunc(failed, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return made, errors.Join(failed...)
}

// incomplete returns the machines that lack a file of their host key.
func incomplete(store *vars.Store, machines []string) ([]string, error) {
	var out []string
	for _, machine := range slices.Compact(slices.Sorted(slices.Values(machines))) {
		hasPrivate, hasPublic, err := halves(store, machine)
		if err != nil {
			return nil, fmt.Errorf("machine %s: %w", machine, err)
		}
		if !hasPrivate || !hasPublic {
			out = append(out, machine)
		}
	}
	return out, nil
}

func halves(store *vars.Store, machine string) (private, public bool, err error) {
	privateVar, publicVar := hostKeyVars(machine)
	_, private, err1 := store.Has(privateVar)
	public, _, err2 := store.Has(publicVar)
	return private, public, errors.Join(err1, err2)
}

// operatorUsers returns the fleet's users that the identities belong to.
func operatorUsers(store *vars.Store, operator []sops.Identity) ([]string, error) {
	var recipients []string
	for _, id := range operator {
		if id.Recipient != "" {
			recipients = append(recipients, id.Recipient)
		}
	}
	users, err := store.UsersWith(recipients...)
	if err == nil && len(users) == 0 {
		err = fmt.Errorf("%s: %w\nhint: register one under sops/users, or set SOPS_AGE_KEY_FILE", store.Dir(), ErrNoOperator)
	}
	return users, err
}

// ensureHostKey completes one machine. It looks again at what is there, since
// another process may have worked before the lock was ours.
func ensureHostKey(store *vars.Store, machine string, users []string, operator []sops.Identity) (made bool, err error) {
	hasPrivate, hasPublic, err := halves(store, machine)
	switch {
	case err != nil:
		return false, err
	case hasPrivate && hasPublic:
		return false, nil
	case hasPrivate:
		return false, restorePublic(store, machine, operator)
	case hasPublic:
		_, public := hostKeyVars(machine)
		dir := filepath.Join(store.Dir(), filepath.FromSlash(public.Generator.Dir()))
		return false, fmt.Errorf("%w: %s has the public key, the private one is lost\nhint: restore it from version control, or remove %s and generate anew", ErrHalf, public, dir)
	}
	if _, err := store.AddMachineKey(machine, vars.Access{Users: users}, operator); err != nil {
		return false, err
	}
	access := vars.Access{Users: users, Machines: []string{machine}}
	outputs, err := generate.OpenSSH().Run()
	if err != nil {
		return false, err
	}
	return true, write(store, vars.Machine(machine, generate.HostKeyGenerator), outputs, access)
}

// write stores what a generator made: at once where the generator has nothing
// yet, else file by file, secrets first, so that what an interruption leaves
// can be completed.
func write(store *vars.Store, g vars.Generator, outputs []generate.Output, access vars.Access) error {
	var files []vars.File
	for _, o := range outputs {
		f := vars.File{Name: o.Name}
		if o.Secret {
			allowed := access
			if !o.Deploy {
				allowed.Machines = nil
			}
			f.Secret, f.Access = o.Content, &allowed
			defer o.Content.Wipe()
		} else {
			f.Public = o.Content.Bytes()
		}
		files = append(files, f)
	}
	err := store.Create(g, files)
	if !errors.Is(err, vars.ErrExists) {
		return err
	}
	for _, f := range files {
		if f.Access != nil {
			if err := store.SetSecret(g.Var(f.Name), f.Secret, *f.Access); err != nil {
				return err
			}
		}
	}
	for _, f := range files {
		if f.Access == nil {
			if err := store.SetPublic(g.Var(f.Name), f.Public); err != nil {
				return err
			}
		}
	}
	return nil
}

// restorePublic derives the lost public half of a host key.
func restorePublic(store *vars.Store, machine string, operator []sops.Identity) error {
	private, public := hostKeyVars(machine)
	key, err := store.Secret(private, operator)
	if err != nil {
		return fmt.Errorf("%w: the public key is lost, and the private one cannot be opened: %w", ErrHalf, err)
	}
	defer key.Wipe()
	derived, err := generate.HostKeyPublicOf(key)
	if err != nil {
		return fmt.Errorf("%s: %w", private, err)
	}
	return store.SetPublic(public, derived)
}
