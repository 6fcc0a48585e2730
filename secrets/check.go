package secrets

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"assay/secrets/generate"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// State is what Check found of one machine's host key.
type State string

// The states of a host key.
const (
	OK            State = "ok"
	Missing       State = "missing"       // neither half is there
	Half          State = "half"          // one half is there
	Drifted       State = "drifted"       // who can read it is not who should
	Unreadable    State = "unreadable"    // a file is malformed
	Undecryptable State = "undecryptable" // no identity at hand opens it
	Mismatch      State = "mismatch"      // the halves do not belong together
	Shared        State = "shared"        // another machine has the same key
	Locked        State = "locked"        // on the machine only the key itself decrypts it
)

// Finding is the state of one machine's SSH host key.
type Finding struct {
	Machine string `json:"machine"`
	Var     string `json:"var"` // below vars/
	State   State  `json:"state"`
	// Decrypted says that the private key was opened and belongs to the
	// public one. Without it nobody has looked inside.
	Decrypted bool     `json:"decrypted"`
	Detail    string   `json:"detail,omitempty"`
	Remedy    string   `json:"remedy,omitempty"`
	Notes     []string `json:"notes,omitempty"` // oddities that break nothing
}

// Check tells the state of the SSH host key of every machine, in the order
// given. Identities may be none: then nothing is decrypted, and whether the
// private keys are right stays unknown.
func Check(store *vars.Store, machines []string, identities []sops.Identity) []Finding {
	findings := make([]Finding, len(machines))
	var (
		group sync.WaitGroup
		next  atomic.Int64
	)
	for range min(len(machines), runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(machines)); i = next.Add(1) - 1 {
				findings[i] = checkHostKey(store, machines[i], identities)
			}
		})
	}
	group.Wait()
	markShared(store, machines, findings)
	return findings
}

// markShared finds machines that have the same host key.
func markShared(store *vars.Store, machines []string, findings []Finding) {
	owner := map[string]int{} // by public key
	for i, machine := range machines {
		key, err := ownKey(store, machine)
		if err != nil {
			continue
		}
		first, taken := owner[key]
		if !taken {
			owner[key] = i
		} else if machines[first] != machine {
			for _, pair := range [2][2]int{{first, i}, {i, first}} {
				f := &findings[pair[0]]
				f.State = Shared
				f.Detail = "machine " + machines[pair[1]] + " has the same host key, so that either can pose as the other"
				f.Remedy = "generate a new key for one of them: assay vars generate " + machine + " --regenerate " + generate.HostKeyGenerator
			}
		}
	}
}

func ownKey(store *vars.Store, machine string) (string, error) {
	_, public := hostKeyVars(machine)
	return publicKey(store, public)
}

func checkHostKey(store *vars.Store, machine string, identities []sops.Identity) Finding {
	private, public := hostKeyVars(machine)
	f := Finding{Machine: machine, Var: private.String(), State: OK}
	fail := func(state State, detail, remedy string) Finding {
		f.State, f.Detail, f.Remedy = state, detail, remedy
		return f
	}
	generateIt := "assay vars generate " + machine

	found, err := store.Inspect(private)
	if err != nil {
		return fail(Unreadable, err.Error(), "rename the machine")
	}
	f.Notes = found.Faults
	_, pubErr := publicKey(store, public)
	noPublic := errors.Is(pubErr, fs.ErrNotExist)
	switch {
	case !found.Secret && noPublic:
		return fail(Missing, "no host key was generated; the machine cannot be pinned and is refused", generateIt)
	case pubErr != nil && !noPublic:
		return fail(Unreadable, firstLine(pubErr), "restore it from version control")
	case !found.Secret:
		return fail(Half, "the public key is there, the private one is lost", "restore "+private.Dir()+" from version control, or remove "+private.Generator.Dir()+" and generate anew")
	case noPublic:
		return fail(Half, "the private key is there, the public one is lost", generateIt+" (derives it)")
	case found.State == vars.Unreadable:
		return fail(Unreadable, strings.Join(found.Faults, "; "), "restore it from version control")
	case found.State == vars.Drifted:
		return fail(Drifted, describeDrift(found), "assay vars fix "+machine)
	}
	if locked(store, machine) {
		return fail(Locked, "on the machine it can only be decrypted with itself, and the machine would not start with it",
			"assay keys remove machine "+machine+", then assay vars fix "+machine+", which makes an age key")
	}
	if len(identities) == 0 {
		f.Detail = "not decrypted: no age identity at hand"
		return f
	}
	key, err := HostKey(store, machine, identities)
	defer key.Wipe()
	switch {
	case err == nil:
		f.Decrypted = true
		return f
	case errors.Is(err, sops.ErrNoIdentity), errors.Is(err, sops.ErrForeign):
		return fail(Undecryptable, firstLine(err), "set SOPS_AGE_KEY_FILE to the identity of one of its readers: "+readerNames(found.Readers))
	case errors.Is(err, errMismatch):
		return fail(Mismatch, firstLine(err), "restore both from version control, or remove "+private.Generator.Dir()+" and generate anew")
	}
	return fail(Unreadable, firstLine(err), "restore it from version control")
}

// locked reports whether every key of the machine is a form of its SSH host key.
func locked(store *vars.Store, machine string) bool {
	own, err := ownKey(store, machine)
	if err != nil {
		return false
	}
	keys, err := store.MachineKeys(machine)
	ofSSH, noForm := sops.AgeOfSSH(own)
	return err == nil && len(keys) > 0 && !slices.ContainsFunc(keys, func(k vars.Key) bool {
		return k.Public != own && (noForm != nil || k.Public != ofSSH)
	})
}

// describeDrift names whose access is not as it should be.
func describeDrift(v vars.Var) string {
	var parts []string
	for _, k := range v.Lacking {
		parts = append(parts, "cannot read but should: "+ownerOf(v.Readers, k))
	}
	for _, k := range v.Surplus {
		parts = append(parts, "can read but should not: "+ownerOf(nil, k))
	}
	return strings.Join(parts, "; ")
}

func ownerOf(readers []vars.Reader, key vars.Key) string {
	for _, r := range readers {
		for _, k := range r.Keys {
			if k == key {
				return r.Kind + " " + r.Name
			}
		}
	}
	return fmt.Sprintf("%.80s", key.Public)
}

func readerNames(readers []vars.Reader) string {
	var names []string
	for _, r := range readers {
		names = append(names, r.Kind+" "+r.Name)
	}
	return strings.Join(names, ", ")
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
