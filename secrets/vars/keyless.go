package vars

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// unlisted starts the fault of a directory of links that cannot be read.
const unlisted = "links cannot be listed: "

// Keyless returns that of a secret's faults which is about readers that are
// not known: keys that cannot be read, or links. "" where there is none. The
// other faults are links that grant nothing: without them the secret is for
// whom it should be. With this one somebody would lose it.
func Keyless(faults []string) string {
	i := slices.IndexFunc(faults, func(fault string) bool {
		return strings.Contains(fault, "/key.json: ") || strings.HasPrefix(fault, unlisted)
	})
	if i < 0 {
		return ""
	}
	return faults[i]
}

// CheckReaders refuses when it is not known who has to read the secret of id
// once access is granted too, as with a merge conflict in a key.json: somebody
// would lose it, or when access names somebody who is not registered. A machine
// of access that has no key yet is to get one.
func (s *Store) CheckReaders(id ID, access Access) error {
	if err := id.check(); err != nil {
		return err
	}
	access.Machines = slices.DeleteFunc(slices.Clone(access.Machines), func(m string) bool {
		_, err := s.MachineKeys(m)
		return errors.Is(err, fs.ErrNotExist)
	})
	if _, err := s.all(access); err != nil {
		return err
	}
	readers, faults := newLedger(s).granted(id.Dir(), access)
	return s.complete(id.Dir(), readers, faults)
}

// complete refuses readers of which one would be left out.
func (s *Store) complete(dir string, readers []Reader, faults []string) error {
	why := Keyless(faults)
	if i := slices.IndexFunc(readers, func(r Reader) bool { return len(r.Keys) == 0 }); why == "" && i >= 0 {
		why = s.real("sops/"+readers[i].Kind+"s/"+readers[i].Name+"/key.json") + ": it names no key"
	}
	if why == "" {
		return nil
	}
	return fmt.Errorf("%s would be lost to a reader: %s; hint: restore that from version control, or remove the reader", s.real(dir), why)
}
