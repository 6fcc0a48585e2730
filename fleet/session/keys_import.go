package session

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"assay/secrets"
	"assay/secrets/files"
	"assay/secrets/generate"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// KeyHolder is a user, a machine or a group, or a name of .sops.yaml that none
// of them has.
type KeyHolder struct {
	Kind    string // "user", "machine", "group", or "name" of a .sops.yaml
	Name    string
	Keys    []string // recipients
	Members []string // of a group
	Also    []string // other names of its keys
	At      string   // where the keys are given
	Notes   []string
}

// KeyHolders lists everybody who has a key in the fleet's directory.
func (s *Session) KeyHolders(configs Secrets) ([]KeyHolder, error) {
	names := s.keyNames(configs.Tree.Configs)
	members, err := s.Repo.Vars.Members()
	if err != nil {
		return nil, err
	}
	held := map[string]bool{}
	var out []KeyHolder
	for _, m := range members {
		h := KeyHolder{Kind: m.Kind, Name: m.Name, At: m.Path}
		for _, r := range m.Readers {
			h.Members = append(h.Members, r.Kind+" "+r.Name)
		}
		if m.Fault != "" {
			h.Notes = append(h.Notes, m.Fault)
		}
		for _, k := range m.Keys {
			if m.Kind == "group" {
				break
			}
			key := files.Key(k.Public)
			held[key] = true
			h.Keys = append(h.Keys, k.Public)
			for _, other := range names[key] {
				if other != m.Name {
					h.Also = append(h.Also, other)
				}
			}
			h.Notes = append(h.Notes, keyNotes(m, key, names)...)
		}
		if m.Kind == "machine" {
			if err := s.SelfLocked(m.Name); err != nil {
				h.Notes = append(h.Notes, err.Error())
			}
		}
		out = append(out, h)
	}
	for _, c := range configs.Tree.Configs {
		for _, k := range c.Keys {
			if !held[files.Key(k.Public)] {
				out = append(out, KeyHolder{Kind: "name", Name: k.Name, Keys: []string{k.Public}, At: k.At.String(), Notes: keyNotes(vars.Member{Kind: "name", Name: k.Name}, files.Key(k.Public), names)})
			}
		}
	}
	return out, nil
}

// keyNotes tells of an SSH key whose age form is somewhere else.
func keyNotes(m vars.Member, key string, names map[string][]string) []string {
	form, err := sops.AgeOfSSH(key)
	if err != nil {
		return nil
	}
	note := "an SSH key; sops-nix uses its age form " + form + ", which does not open what is encrypted for the SSH key"
	if of := names[form]; len(of) > 0 {
		note = "the age form of this SSH key is the key of " + strings.Join(of, ", ") + ": the two do not open each other's files"
	}
	return []string{note}
}

// ErrSelfLocked is a machine whose host key can be decrypted only with that
// host key: it does not come up with it.
var ErrSelfLocked = errors.New("its SSH host key can only be decrypted on the machine with that host key itself; hint: give the machine an age key of its own")

// SelfLocked reports with ErrSelfLocked that a machine decrypts its own SSH
// host key with that host key. A machine without a host key, or without an age
// key, has nothing to lock.
func (s *Session) SelfLocked(machine string) error {
	host := vars.Machine(machine, generate.HostKeyGenerator)
	public, err := s.Repo.Vars.Public(host.Var(generate.HostKeyPublic))
	if err != nil {
		return nil
	}
	if _, secret, err := s.Repo.Vars.Has(host.Var(generate.HostKeyPrivate)); err != nil || !secret {
		return nil
	}
	return s.lockedBy(machine, string(public))
}

// lockedBy reports with ErrSelfLocked that all age keys of a machine are those
// of one SSH key.
func (s *Session) lockedBy(machine, public string) error {
	keys, err := s.Repo.Vars.MachineKeys(machine)
	ssh := files.Key(strings.TrimSpace(public) + " x")
	form, e := sops.AgeOfSSH(ssh)
	if err != nil || e != nil || len(keys) == 0 {
		return nil
	}
	for _, k := range keys {
		if key := files.Key(k.Public); key != form && key != ssh {
			return nil
		}
	}
	return fmt.Errorf("%s: %w", machine, ErrSelfLocked)
}

// The states of a host key that was found elsewhere than in the fleet.
const (
	KeySame    = "same"    // it is the one that the fleet's secrets hold
	KeyDiffers = "differs" // the fleet's secrets hold another one
	KeyNew     = "new"     // the fleet's secrets hold none
	KeyRefused = "refused" // the machine could decrypt it only with itself
)

// CompareHostKey compares a host key that was found elsewhere, in
// authorized_keys form without comment, with the one that the fleet's secrets
// hold. What they hold is never replaced. An authority of host certificates
// decides nothing here.
func (s *Session) CompareHostKey(machine, key string) (state, detail string, err error) {
	own, err := secrets.HostKeys(s.Repo.Vars, machine)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", "", err
	}
	own = slices.DeleteFunc(own, func(k string) bool { return strings.HasPrefix(k, "@") })
	if locked := s.lockedBy(machine, key); locked != nil {
		return KeyRefused, locked.Error(), nil
	}
	switch {
	case len(own) == 0:
		return KeyNew, "the fleet's secrets hold no host key of it", nil
	case slices.Contains(own, key):
		return KeySame, "", nil
	case !slices.ContainsFunc(own, func(k string) bool { return strings.Fields(k)[0] == strings.Fields(key)[0] }):
		return KeyNew, "the fleet's secrets hold only keys of another kind", nil
	}
	return KeyDiffers, "the fleet's secrets hold another key: what answers is not the machine, or its key was changed there", nil
}

// HostNames are the names and addresses under which others may know a machine.
func (s *Session) HostNames(machine string) []string {
	out := []string{machine}
	if m := s.Fleet().Machine(machine); m != nil {
		for _, target := range m.Deploy.Targets {
			_, address, ok := strings.Cut(target, "@")
			if !ok {
				address = target
			}
			if !slices.Contains(out, address) {
				out = append(out, address)
			}
		}
	}
	return out
}
