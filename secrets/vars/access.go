package vars

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Access names who may read a secret.
type Access struct {
	Users, Machines, Groups []string
}

// Reader is somebody who should be able to read a secret.
type Reader struct {
	Kind string // "user" or "machine"
	Name string
	Via  string // the group that grants it; "" when granted directly
	Keys []Key
}

// member is a user, machine or group that a link names.
type member struct{ kind, name string } // kind as the directory: "users", ...

func (m member) dir() string { return path.Join("sops", m.kind, m.name) }

// ledger resolves links and remembers key files, for one pass over a store.
// It is not for concurrent use.
type ledger struct {
	s      *Store
	keys   map[member][]Key
	groups map[string]resolved
	faults map[member]string
	there  map[member]bool // whether it is registered
}

// resolved is what the links of a group lead to.
type resolved struct {
	readers []Reader
	faults  []string
}

func newLedger(s *Store) *ledger {
	return &ledger{s, map[member][]Key{}, map[string]resolved{}, map[member]string{}, map[member]bool{}}
}

// Readers returns who should be able to read the secret of id, by kind and
// name, and what is wrong with the links.
func (s *Store) Readers(id ID) ([]Reader, []string, error) {
	if err := id.check(); err != nil {
		return nil, nil, err
	}
	readers, faults := newLedger(s).readers(id.Dir())
	return readers, faults, nil
}

// Linked returns whom the links of the secret of id name, and what is wrong with
// them.
func (s *Store) Linked(id ID) (Access, []string, error) {
	if err := id.check(); err != nil {
		return Access{}, nil, err
	}
	access, faults := newLedger(s).linked(id.Dir())
	return access, faults, nil
}

func (l *ledger) linked(dir string) (Access, []string) {
	machines, faults := l.links(dir, "machines")
	users, bad := l.links(dir, "users")
	faults = append(faults, bad...)
	groups, bad := l.links(dir, "groups")
	return Access{users, machines, groups}, append(faults, bad...)
}

// readers resolves the links of a secret's directory.
func (l *ledger) readers(dir string) ([]Reader, []string) {
	access, faults := l.linked(dir)
	readers, bad := l.named(access)
	return readers, append(faults, bad...)
}

// granted resolves the links of a secret's directory and those that access
// would add.
func (l *ledger) granted(dir string, access Access) ([]Reader, []string) {
	have, faults := l.linked(dir)
	both := func(a, b []string) []string { return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b)))) }
	readers, bad := l.named(Access{both(access.Users, have.Users), both(access.Machines, have.Machines), both(access.Groups, have.Groups)})
	return readers, append(faults, bad...)
}

// named resolves names: machines, users, then the members of groups.
func (l *ledger) named(access Access) (readers []Reader, faults []string) {
	for _, name := range access.Machines {
		readers, faults = l.add(readers, faults, member{"machines", name}, "")
	}
	for _, name := range access.Users {
		readers, faults = l.add(readers, faults, member{"users", name}, "")
	}
	for _, name := range access.Groups {
		of, bad := l.group(name)
		readers, faults = append(readers, of...), append(faults, bad...)
	}
	return readers, faults
}

// group resolves the members of a group once.
func (l *ledger) group(name string) ([]Reader, []string) {
	r, ok := l.groups[name]
	if !ok {
		for _, kind := range []string{"machines", "users"} {
			names, bad := l.links(path.Join("sops/groups", name), kind)
			r.faults = append(r.faults, bad...)
			for _, n := range names {
				r.readers, r.faults = l.add(r.readers, r.faults, member{kind, n}, name)
			}
		}
		l.groups[name] = r
	}
	return r.readers, r.faults
}

func (l *ledger) add(readers []Reader, faults []string, m member, via string) ([]Reader, []string) {
	keys, ok := l.keys[m]
	fault := l.faults[m]
	if !ok && fault == "" {
		var err error
		if keys, err = l.s.keys(m.kind, m.name); err != nil {
			fault = err.Error()
			l.faults[m] = fault
		}
		l.keys[m] = keys
	}
	if fault != "" {
		return readers, append(faults, fault)
	}
	return append(readers, Reader{strings.TrimSuffix(m.kind, "s"), m.name, via, keys}), faults
}

// links returns the names that the links in dir/kind point to, sorted. A link
// counts when it leads to an existing directory sops/KIND/NAME of the fleet;
// everything else there is a fault.
func (l *ledger) links(dir, kind string) (names, faults []string) {
	dir = path.Join(dir, kind)
	entries, err := l.s.names(dir)
	if err != nil {
		return nil, []string{unlisted + err.Error()}
	}
	for _, e := range entries {
		name, err := l.target(path.Join(dir, e.Name()), kind, e.Type())
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), faults
}

// target follows one link to its member's name.
func (l *ledger) target(link, kind string, mode fs.FileMode) (string, error) {
	s := l.s
	if mode&fs.ModeSymlink == 0 {
		return "", fmt.Errorf("%s: not a symbolic link, ignored", s.real(link))
	}
	to, err := fs.ReadLink(s.files, link)
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.real(link), reason(err))
	}
	full := path.Join(path.Dir(link), filepath.ToSlash(to))
	if path.IsAbs(to) || path.Dir(full) != path.Join("sops", kind) {
		return "", fmt.Errorf("%s: leads to %.200q, not into sops/%s, ignored", s.real(link), to, kind)
	}
	m := member{kind, path.Base(full)}
	there, asked := l.there[m]
	if !asked {
		there = s.isDir(full)
		l.there[m] = there
	}
	if !there {
		return "", fmt.Errorf("%s: leads to sops/%s/%s, which does not exist, ignored", s.real(link), kind, m.name)
	}
	return m.name, nil
}

// all are the members that access names, which have to be registered.
func (s *Store) all(access Access) ([]member, error) {
	var out []member
	for _, g := range []struct {
		kind  string
		names []string
	}{{"users", access.Users}, {"machines", access.Machines}, {"groups", access.Groups}} {
		for _, name := range g.names {
			rule := memberName
			if g.kind == "machines" {
				rule = machineName
			}
			if err := check(rule, strings.TrimSuffix(g.kind, "s"), name); err != nil {
				return nil, err
			}
			m := member{g.kind, name}
			if !s.isDir(m.dir()) {
				return nil, fmt.Errorf("%s: %w\nhint: register it first", s.real(m.dir()), fs.ErrNotExist)
			}
			out = append(out, m)
		}
	}
	return out, nil
}

// grant makes the missing links to members in a secret's directory dir.
func (s *Store) grant(dir string, to []member) error {
	for _, m := range to {
		if err := s.link(path.Join(dir, m.kind), m.dir()); err != nil {
			return err
		}
	}
	return nil
}

// link makes dir/BASE -> member, relative. A right one that is there stays.
func (s *Store) link(dir, member string) error {
	to, err := filepath.Rel(filepath.FromSlash(dir), filepath.FromSlash(member))
	if err != nil {
		return err
	}
	if err := s.mkdir(dir); err != nil {
		return err
	}
	name := path.Join(dir, path.Base(member))
	err = s.root.Symlink(filepath.ToSlash(to), name)
	if errors.Is(err, fs.ErrExist) {
		if have, err := fs.ReadLink(s.files, name); err == nil && path.Join(dir, have) == member {
			return nil
		}
		return fmt.Errorf("%s: %w and is no link to %s", s.real(name), ErrExists, member)
	}
	return err
}

// keysOf is the set of keys of all readers, sorted.
func keysOf(readers []Reader) []Key {
	var keys []Key
	for _, r := range readers {
		keys = append(keys, r.Keys...)
	}
	slices.SortFunc(keys, compareKeys)
	return slices.Compact(keys)
}
