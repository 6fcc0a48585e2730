package vars

import (
	"path"
	"slices"
	"time"
)

// Claim is what a secret file of the layout says of itself, against what its
// links say. Nothing of it is authenticated without a key.
type Claim struct {
	Dir        string   // below the fleet's directory: vars/… or sops/secrets/NAME
	Readers    []Reader // who should be able to read it
	Recipients []Key    // who can, as the file says
	Faults     []string // what is odd about the links, in sentences
	Modified   time.Time
	Err        error // why the file cannot be read
}

// Claims reads the secret files in the given directories, as ID.Dir names
// them, and those of sops/secrets, in that order. Directories without a secret
// file are left out. Nothing is decrypted.
func (s *Store) Claims(dirs []string) ([]Claim, error) {
	own, err := s.dirs("sops/secrets")
	l := newLedger(s)
	var out []Claim
	for _, name := range own {
		dirs = append(slices.Clip(dirs), path.Join("sops/secrets", name))
	}
	for _, dir := range dirs {
		if s.isFile(path.Join(dir, "secret")) {
			out = append(out, l.claim(dir))
		}
	}
	return out, err
}

func (l *ledger) claim(dir string) Claim {
	c := Claim{Dir: dir}
	c.Readers, c.Faults = l.readers(dir)
	f, err := l.s.secretFile(dir)
	if err != nil {
		c.Err = err
		return c
	}
	c.Modified = f.Modified
	c.Recipients = AgeKeys(f.Recipients()...)
	for _, fp := range f.PGP {
		c.Recipients = append(c.Recipients, Key{"pgp", fp})
	}
	return c
}

// Member is a user, machine or group below sops/.
type Member struct {
	Kind string // "user", "machine" or "group"
	Name string
	Path string // of its key.json, or of the group's directory
	Keys []Key  // of a group, those of all its members
	// Readers are the members of a group.
	Readers []Reader
	Fault   string // why its keys are not known
}

// Members are all users, machines and groups, by kind and name.
func (s *Store) Members() (out []Member, err error) {
	for _, kind := range []string{"users", "machines"} {
		names, e := s.members(kind)
		if e != nil {
			err = e
		}
		for _, name := range names {
			m := Member{Kind: kind[:len(kind)-1], Name: name, Path: path.Join("sops", kind, name, "key.json")}
			if m.Keys, e = s.keys(kind, name); e != nil {
				m.Fault = e.Error()
			}
			out = append(out, m)
		}
	}
	groups, e := s.dirs("sops/groups")
	if e != nil {
		err = e
	}
	l := newLedger(s)
	for _, name := range groups {
		m := Member{Kind: "group", Name: name, Path: path.Join("sops/groups", name)}
		m.Readers, _ = l.group(name)
		m.Keys = keysOf(m.Readers)
		out = append(out, m)
	}
	return out, err
}
