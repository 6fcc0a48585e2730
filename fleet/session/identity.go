package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/plan"
	"assay/secrets/deliver"
	"assay/secrets/preflight"
	"assay/secrets/secret"
	"assay/secrets/sops"
	"assay/secrets/vars"

	"golang.org/x/crypto/ssh"
)

// operatorKeys are the operator's age identities, asked for once a plan: whoever
// refused a plugin an answer may be asked again then.
type operatorKeys struct {
	mu    sync.Mutex
	asked bool
	ids   []sops.Identity
	err   error // why there are none, or why one did not do
}

// forget has the identities asked for anew.
func (k *operatorKeys) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked, k.ids, k.err = false, nil, nil
}

// failed notes why an identity did not do.
func (k *operatorKeys) failed(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
}

// identities are the operator's, none where there are none to be had.
func (s *Session) identities() []sops.Identity {
	ids, _ := s.identitiesOr()
	return ids
}

// identitiesOr also says why there are none, or why one did not do.
func (s *Session) identitiesOr() ([]sops.Identity, error) {
	k := &s.keys
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.asked && s.opts.Identities != nil {
		k.ids, k.err = s.opts.Identities()
		s.knowIdentities(k.ids)
	}
	k.asked = true
	return k.ids, k.err
}

// delivers reports whether the fleet has an age identity of its own for the
// machine, which the host is to have.
func (s *Session) delivers(machine string) bool {
	if s.opts.Identities == nil || s.Repo.Vars == nil || !s.Repo.Vars.HasKeys() {
		return false
	}
	return s.Repo.Vars.HasMachineKey(machine)
}

// look begins to ask the host for its age identity, beside whatever else it is
// asked, and returns a function that has the answer and what the host could not
// decrypt of the wanted system. Of a machine without an identity in the fleet's
// secrets nothing is asked.
func (s *Session) look(ctx context.Context, conn host.Conn, machine string) func(*plan.Host) (plan.AgeKey, error) {
	if s.opts.Identities == nil {
		return func(*plan.Host) (plan.AgeKey, error) { return "", nil }
	}
	var key plan.AgeKey
	var failed error
	done := make(chan struct{})
	if s.delivers(machine) {
		go func() {
			defer close(done)
			key, failed = s.compareKey(ctx, conn, machine)
		}()
	} else {
		close(done)
	}
	return func(h *plan.Host) (plan.AgeKey, error) {
		<-done
		if failed != nil || h.WantedErr != nil {
			return key, failed
		}
		return key, s.decryptable(ctx, conn, h, key)
	}
}

// compareKey says what the run has to do about the host's identity. A host where
// only root may look, and we are not, gives no answer: that is said when
// something is to be delivered.
func (s *Session) compareKey(ctx context.Context, conn host.Conn, machine string) (plan.AgeKey, error) {
	identity, err := s.Repo.Vars.MachineKey(machine, s.identities())
	closed := errors.Is(err, sops.ErrNoIdentity) || errors.Is(err, sops.ErrForeign) || errors.Is(err, sops.ErrPlugin)
	if err != nil && !closed {
		return "", fmt.Errorf("the machine's age identity: %w; hint: assay vars check %s", err, machine)
	}
	if failed, asked := errors.AsType[*sops.PluginError](err); asked {
		s.keys.failed(failed)
	}
	if closed { // only whether there is one can be told
		identity = secret.New([]byte("none"))
	}
	defer identity.Wipe()
	state, err := deliver.Look(ctx, conn, identity)
	switch {
	case errors.Is(err, host.ErrRoot):
		return plan.AgeKeyUnopened, nil
	case err != nil && lost(err):
		return "", nil // said by what follows
	case err != nil:
		return "", fmt.Errorf("ask for the host's age identity: %w", err)
	case closed && state == deliver.Missing:
		return plan.AgeKeyMissing, nil
	case closed:
		return plan.AgeKeyUnopened, nil
	case state == deliver.Same:
		return plan.AgeKeyUnchanged, nil
	}
	return plan.AgeKeyDeliver, nil
}

// equip brings the host its identity.
func (s *Session) equip(ctx context.Context, conn host.Conn, machine string) error {
	identity, err := s.Repo.Vars.MachineKey(machine, s.identities())
	if err != nil {
		return fmt.Errorf("the machine's age identity: %w", err)
	}
	defer identity.Wipe()
	_, err = deliver.Bring(ctx, conn, identity)
	return err
}

// decryptable is why the host could not decrypt what its wanted system names,
// as far as that can be known.
func (s *Session) decryptable(ctx context.Context, conn host.Conn, h *plan.Host, key plan.AgeKey) error {
	filer, ok := s.reach.Engine.(engine.Filer)
	if !ok {
		return nil
	}
	named := manifests(ctx, conn, filer, h.Closure)
	if len(named) == 0 {
		return nil
	}
	if err := s.keyless(h, key, named); err != nil {
		return err
	}
	return preflight.Error(preflight.Check(s.hostOf(h.Machine.Name, filer), named))
}

// keyless refuses a system that decrypts with an identity which the host lacks
// and nobody here can bring.
func (s *Session) keyless(h *plan.Host, key plan.AgeKey, manifests []preflight.Manifest) error {
	for _, m := range manifests {
		if key == plan.AgeKeyMissing && m.AgeKeyFile == deliver.Path && len(m.AgeSSHKeyPaths) == 0 && len(m.Secrets) > 0 {
			why, hint := "no age identity here opens", "somebody who can open it deploys the machine once"
			if _, err := s.identitiesOr(); err != nil {
				said, _, _ := strings.Cut(err.Error(), "\n")
				why, hint = "your age identity cannot be read ("+said+"), so nothing here opens", "mend that"
			}
			return fmt.Errorf("the host has no %s, and %s sops/secrets/%s-age.key; none of its secrets would be installed; hint: %s",
				deliver.Path, why, h.Machine.Name, hint)
		}
	}
	return nil
}

// hostOf is what the fleet's secrets say about the machine's keys.
func (s *Session) hostOf(machine string, filer engine.Filer) preflight.Host {
	h := preflight.Host{Machine: machine, KeyFile: deliver.Path, Read: func(path string) ([]byte, error) {
		return filer.File(path, sops.MaxPlaintext)
	}, Open: s.recipientsIn, Place: func(secret string) string { return s.placeOf(machine, secret) }}
	if keys, err := s.Repo.Vars.MachineKeys(machine); err == nil {
		for _, k := range keys {
			if k.Type == "age" {
				h.Recipients = append(h.Recipients, k.Public)
			}
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		h.Recipients = nil
	}
	h.HostKeys = s.hostKeys(machine)
	return h
}

// hostKeys are the SSH host keys that the machine may have: the one that it has
// proved, or, where that is of another kind than sops-nix uses, those by which
// it is recognised.
func (s *Session) hostKeys(machine string) []string {
	if key, ok := s.proved.Load(machine); ok && strings.HasPrefix(key.(string), ssh.KeyAlgoED25519+" ") {
		return []string{key.(string)}
	}
	t, err := s.Target(machine)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(t.HostKeys), func(line string) bool { return strings.HasPrefix(line, "@") })
}

// placeOf is the file of what assay.nix declares as the secret vars/GENERATOR/FILE,
// which Nix has copied out of the fleet.
func (s *Session) placeOf(machine, secret string) string {
	parts := strings.Split(secret, "/")
	if len(parts) != 3 || parts[0] != "vars" {
		return ""
	}
	for _, g := range []vars.Generator{vars.Machine(machine, parts[1]), vars.Shared(parts[1])} {
		if _, found, err := s.Repo.Vars.Has(g.Var(parts[2])); found && err == nil {
			return g.Var(parts[2]).Dir() + "/secret"
		}
	}
	return ""
}

// recipientsIn are the recipients of the identities in an encrypted file.
func (s *Session) recipientsIn(f *sops.File) []string {
	if f.Store != sops.Binary {
		return nil
	}
	text, err := f.Decrypt(s.identities())
	if err != nil {
		return nil
	}
	defer text.Wipe()
	s.know(text)
	ids, err := sops.ParseIdentities(text, "user key")
	if err != nil {
		return nil
	}
	var out []string
	for _, id := range ids {
		out = append(out, id.Recipient)
	}
	return out
}
