package vars

import (
	"errors"
	"path"
	"slices"
)

// State is what can be told of a var without decrypting it.
type State string

// The states of a var.
const (
	Present    State = "present"    // there, and readable by exactly who should
	Missing    State = "missing"    // neither value nor secret
	Drifted    State = "drifted"    // who can read it is not who should
	Unreadable State = "unreadable" // the secret file is malformed
)

// Var is a var as found on disk.
type Var struct {
	ID
	State   State
	Public  bool     // it has a value
	Secret  bool     // it has a secret
	Readers []Reader // who should read the secret
	Lacking []Key    // drift: keys that should be recipients and are not
	Surplus []Key    // drift: recipients that should not be
	Faults  []string // what is odd, in sentences
	Claim   *Claim   // what the secret says of itself; nil without one
}

// Inspect tells the state of one var, existing or not.
func (s *Store) Inspect(id ID) (Var, error) {
	if err := id.check(); err != nil {
		return Var{}, err
	}
	return newLedger(s).inspect(id), nil
}

// List returns all vars on disk by path, whatever machine they are of.
// Entries whose names cannot stand in the layout are left out.
func (s *Store) List() ([]Var, error) {
	l := newLedger(s)
	var out []Var
	var errs []error
	for _, scope := range []Scope{PerExport, PerMachine} {
		owners, err := s.Owners(scope)
		errs = append(errs, err)
		for _, owner := range owners {
			found, err := l.list(scope, owner)
			out, errs = append(out, found...), append(errs, err)
		}
	}
	found, err := l.list(SharedOnce, "")
	return append(out, found...), errors.Join(append(errs, err)...)
}

// ListOf returns the vars of one owner by path: of a machine, of the scope of
// an export, or with SharedOnce and "" the shared ones. Nothing of others is
// read but the keys of who may read.
func (s *Store) ListOf(scope Scope, owner string) ([]Var, error) {
	if err := (Generator{scope, owner, "any"}).check(); err != nil {
		return nil, err
	}
	return newLedger(s).list(scope, owner)
}

// Owners are the machines, or the scopes of exports, that have a directory
// among the vars, sorted.
func (s *Store) Owners(scope Scope) ([]string, error) {
	return s.dirs(path.Join("vars", string(scope)))
}

// dirs are the directories in dir whose names can stand in the layout.
func (s *Store) dirs(dir string) (out []string, err error) {
	entries, err := s.names(dir)
	for _, e := range entries {
		if check(exportName, "entry", e.Name()) == nil && (e.IsDir() || s.isDir(path.Join(dir, e.Name()))) {
			out = append(out, e.Name())
		}
	}
	return out, err
}

// list reads what is below one owner. The depth alone says what a directory
// is: generators and files may have any name, "secret" and "value" included.
func (l *ledger) list(scope Scope, owner string) (out []Var, err error) {
	generators, err := l.s.dirs(path.Join("vars", string(scope), owner))
	if err != nil {
		return nil, err
	}
	for _, name := range generators {
		g := Generator{scope, owner, name}
		files, err := l.s.dirs(g.Dir())
		if err != nil {
			return out, err
		}
		for _, file := range files {
			out = append(out, l.files(g.Var(file))...)
		}
	}
	return out, nil
}

// files are the var of a directory, or those below it where it is none.
func (l *ledger) files(id ID) (out []Var) {
	if id.check() != nil {
		return nil
	}
	v := l.inspect(id)
	if v.State != Missing {
		return []Var{v}
	}
	below, _ := l.s.dirs(id.Dir())
	for _, name := range below {
		if name != "users" && name != "machines" && name != "groups" {
			out = append(out, l.files(id.Generator.Var(path.Join(id.File, name)))...)
		}
	}
	if len(out) == 0 {
		return []Var{v}
	}
	return out
}

func (l *ledger) inspect(id ID) Var {
	v := Var{ID: id, State: Present}
	dir := id.Dir()
	v.Public = l.s.isFile(path.Join(dir, "value"))
	v.Secret = l.s.isFile(path.Join(dir, "secret"))
	switch {
	case !v.Public && !v.Secret:
		v.State = Missing
		return v
	case v.Public && v.Secret:
		v.Faults = append(v.Faults, "has both a public value and a secret")
	}
	if !v.Secret {
		return v
	}
	c := l.claim(dir)
	v.Claim, v.Readers = &c, c.Readers
	v.Faults = append(v.Faults, c.Faults...)
	if c.Err != nil {
		v.State = Unreadable
		v.Faults = append(v.Faults, c.Err.Error())
		return v
	}
	v.Lacking, v.Surplus = drift(keysOf(v.Readers), c.Recipients)
	if len(v.Lacking)+len(v.Surplus) > 0 {
		v.State = Drifted
	}
	return v
}

// drift compares two sets of keys.
func drift(wanted, actual []Key) (lacking, surplus []Key) {
	minus := func(a, b []Key) (out []Key) {
		for _, k := range a {
			if !slices.Contains(b, k) {
				out = append(out, k)
			}
		}
		slices.SortFunc(out, compareKeys)
		return slices.Compact(out)
	}
	return minus(wanted, actual), minus(actual, wanted)
}

// Has reports whether the var has a public value or a secret; what it cannot
// tell is an error. A link counts wherever it leads: a secret that is out of
// reach is not one that may be made anew.
func (s *Store) Has(id ID) (public, secret bool, err error) {
	if err := id.check(); err != nil {
		return false, false, err
	}
	has := func(name string) bool {
		found, e := s.exists(path.Join(id.Dir(), name))
		if e != nil {
			err = e
		}
		return found
	}
	public, secret = has("value"), has("secret")
	return public, secret, err
}
