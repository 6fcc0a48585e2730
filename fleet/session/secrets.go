package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"assay/secrets/batch"
	"assay/secrets/files"
	"assay/secrets/sops"
	"assay/secrets/sops/policy"
)

// Undecryptable is the state of a secret file that is as it should be, and
// that none of the identities at hand opens.
const Undecryptable files.State = "undecryptable"

// FileReader is a recipient of a secret file.
type FileReader struct {
	Names   []string // as .sops.yaml and the fleet's keys name it; none where nobody does
	Key     string   // the age recipient
	Claimed bool     // the file names it
	Wanted  bool     // the rule does
}

// Name is what the reader is called: its first name, or the key.
func (r FileReader) Name() string {
	if len(r.Names) > 0 {
		return r.Names[0]
	}
	return r.Key
}

// SecretFile is a file under .sops.yaml with its readers by name.
type SecretFile struct {
	files.File
	Readers []FileReader // whom the rule or the file names
	Opens   bool         // an identity at hand is among those that the file names
	Notes   []string     // oddities that break nothing
}

// Secrets is what is known of the files that people edit.
type Secrets struct {
	Files   []SecretFile
	Tree    *files.Tree
	Pending bool // an interrupted change waits to be completed
}

// SecretFiles lists the encrypted files of the fleet's directory and those that
// should be. Nothing is decrypted; identities say which files could be.
func (s *Session) SecretFiles(ctx context.Context, identities []sops.Identity) (Secrets, error) {
	tree, err := files.Scan(ctx, s.Repo.Dir, nil)
	if err != nil {
		return Secrets{}, err
	}
	names := s.keyNames(tree.Configs)
	out := Secrets{Tree: tree}
	if log, err := s.writing(); err == nil {
		out.Pending = log.Pending()
	}
	for _, f := range tree.Files {
		out.Files = append(out.Files, describe(f, names, identities))
	}
	return out, nil
}

func describe(f files.File, names map[string][]string, identities []sops.Identity) SecretFile {
	out := SecretFile{File: f}
	keys := slices.Compact(slices.Sorted(slices.Values(slices.Concat(f.Claims, f.Wanted))))
	for _, key := range keys {
		out.Readers = append(out.Readers, FileReader{names[key], key, slices.Contains(f.Claims, key), slices.Contains(f.Wanted, key)})
	}
	slices.SortFunc(out.Readers, func(a, b FileReader) int { return strings.Compare(a.Name(), b.Name()) })
	for _, id := range identities {
		out.Opens = out.Opens || id.Usable() && slices.Contains(f.Claims, files.Key(id.Recipient))
	}
	if f.State == files.OK && len(identities) > 0 && !out.Opens {
		out.State, out.Why = Undecryptable, "no identity at hand is among its readers"
	}
	for _, r := range out.Readers {
		if form, err := sops.AgeOfSSH(r.Key); err == nil {
			out.Notes = append(out.Notes, sshNote(r, form, names, slices.Contains(keys, form)))
		}
	}
	return out
}

// sshNote words that an SSH key and its age form are two different readers.
func sshNote(r FileReader, form string, names map[string][]string, both bool) string {
	who := form
	if of := names[form]; len(of) > 0 {
		who = of[0]
	}
	if both {
		return r.Name() + " and " + who + " are the same key in two forms, and each opens only what is encrypted for itself"
	}
	return r.Name() + " is an SSH key: its age form " + who + ", which is what sops-nix uses of a host, does not open this file"
}

// keyNames are the names of age recipients: those of .sops.yaml, then those of
// the fleet's users and machines.
func (s *Session) keyNames(configs map[string]*policy.Config) map[string][]string {
	out := map[string][]string{}
	add := func(key, name string) {
		if key = files.Key(key); !slices.Contains(out[key], name) {
			out[key] = append(out[key], name)
		}
	}
	for _, c := range configs {
		for _, k := range c.Keys {
			if k.Kind == policy.Age {
				add(k.Public, k.Name)
			}
		}
	}
	for key := range out {
		slices.Sort(out[key])
	}
	users, _ := s.Repo.Vars.Users() // what cannot be read names nobody
	for _, name := range users {
		keys, _ := s.Repo.Vars.UserKeys(name)
		for _, k := range keys {
			add(k.Public, name)
		}
	}
	machines, _ := s.Repo.Vars.Machines()
	for _, name := range machines {
		keys, _ := s.Repo.Vars.MachineKeys(name)
		for _, k := range keys {
			add(k.Public, name)
		}
	}
	return out
}

// errNoState is a session that has no place for what it is in the middle of.
var errNoState = errors.New("there is no place to keep the record of what is written; hint: set XDG_STATE_HOME or HOME")

// writing is where sets of files of this directory are written from. Fleets of
// one name share a state directory, so the path tells them apart.
func (s *Session) writing() (*batch.Log, error) {
	if s.opts.StateDir == "" {
		return nil, errNoState
	}
	dir, err := filepath.EvalSymlinks(s.Repo.Dir)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(dir))
	return batch.New(s.Repo.Dir, filepath.Join(s.opts.StateDir, "writing", hex.EncodeToString(sum[:8]))), nil
}

// SettleSecrets completes a change of many files that was interrupted, or takes
// it back. Every command that writes secrets begins with it.
func (s *Session) SettleSecrets() (batch.Outcome, error) {
	log, err := s.writing()
	if errors.Is(err, errNoState) {
		return batch.Clean, nil
	}
	if err != nil {
		return batch.Clean, err
	}
	return log.Settle()
}
