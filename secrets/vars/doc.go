// Package vars reads and writes a fleet's generated values ("vars") and the
// public keys of who may read them, in the directory layout of clan's sops
// backend:
//
//	vars/per-machine/MACHINE/GENERATOR/FILE/value     public, raw bytes
//	vars/per-machine/MACHINE/GENERATOR/FILE/secret    sops, binary store
//	                                  …/FILE/users/USER       -> sops/users/USER
//	                                  …/FILE/machines/MACHINE -> sops/machines/MACHINE
//	                                  …/FILE/groups/GROUP     -> sops/groups/GROUP
//	vars/shared/GENERATOR/FILE/…
//	vars/per-export/SCOPE/GENERATOR/FILE/…
//	sops/users/USER/key.json    sops/machines/MACHINE/key.json
//	sops/groups/GROUP/{users,machines}/NAME           links
//	sops/secrets/NAME/{secret,users,machines,groups}
//
// The links say who should be able to read; the recipients in a secret file
// say who can. The two are compared, and only the links are believed.
//
// Nothing outside the fleet's directory is read or written, wherever its
// symbolic links point. A file is written beside its place, flushed, and
// renamed, so that a reader sees the old or the new one. Several goroutines
// may use one Store at the same time as long as no two write the same var.
// Whoever writes where other processes may write holds Lock all the while;
// readers need no lock.
package vars

import "errors"

// The kinds of failure, for errors.Is. A var that does not exist is
// fs.ErrNotExist.
var (
	// ErrName is a name that cannot stand in the layout.
	ErrName = errors.New("invalid name")
	// ErrKeys is a key.json that cannot be read.
	ErrKeys = errors.New("malformed key.json")
	// ErrNoReader is a secret that nobody could read.
	ErrNoReader = errors.New("no reader with a key")
	// ErrExists is something that stands there already and is not replaced.
	ErrExists = errors.New("exists already")
)

// Limits on what is read.
const (
	maxValue   = 16 << 20 // bytes of a value or secret file
	maxKeyFile = 1 << 20  // bytes of a key.json
)
