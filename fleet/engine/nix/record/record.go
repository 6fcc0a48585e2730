// Package record describes systems that Nix built in the words of
// engine.Record: their packages with versions and sizes, their units and the
// text of their files in /etc. What it reads of a system that is in the local
// store and of one that is on a host gives the same record, so that the two
// can be compared. Hashes of store paths are left out of everything that is
// compared as text: a path whose name stays is no difference.
//
// Everything here may be used by several goroutines at once.
package record

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"assay/fleet/engine"
)

const (
	version  = 1
	maxText  = 64 << 10  // bytes of a file whose text is recorded
	maxFiles = 20000     // of a system
	maxTotal = 128 << 20 // bytes of all files of a system
)

// New makes the record of a system out of its closure and its files. Files may
// be nil where they could not be read; why says the reason.
func New(path string, objects []engine.Object, files *Files, why string) engine.Record {
	r := engine.Record{
		Version: version, Engine: "nix", Machine: machineOf(path),
		Aspects: []string{}, Options: []engine.Option{}, Files: []engine.File{},
		Packages: Packages(objects), LeftOut: []engine.LeftOut{},
	}
	if files != nil {
		files.self = mask([]byte(path))
		r.System, r.Files, r.Units = files.system, files.files(), files.units()
	}
	if why != "" {
		r.LeftOut = append(r.LeftOut, engine.LeftOut{What: "/etc", Why: why})
	}
	return r
}

// labelled is a system's name before its label, which begins with a release
// unless the configuration has one of its own: "nixos-system-web-1-25.05pre".
var labelled = regexp.MustCompile(`^(.+)-[0-9]{2}\.[0-9]{2}(?:[^0-9]|$)`)

// machineOf is the machine that a system's path names, "" for other names.
func machineOf(path string) string {
	name := nameOf(path)
	if m := labelled.FindStringSubmatch(name); m != nil {
		name = m[1]
	} else {
		name, _ = Split(name)
	}
	machine, _ := strings.CutPrefix(name, "nixos-system-")
	if machine == name {
		return ""
	}
	return machine
}

// storeHash is what differs between two store paths of one name.
var storeHash = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/nix/store/[0-9abcdfghijklmnpqrsvwxyz]{32}-`) })

// mask leaves the hashes of store paths out of a text.
func mask(text []byte) []byte {
	return storeHash().ReplaceAll(text, []byte("/nix/store/…-"))
}

// nameOf is the name of a store path, "openssh-9.9p1".
func nameOf(path string) string {
	base := path[strings.LastIndexByte(path, '/')+1:]
	if len(base) > 33 {
		return base[33:]
	}
	return base
}

// sorted returns a map's keys in order.
func sorted[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
