// Package native holds assay.nix, the flake-parts module that makes a flake of
// fleet.toml. `assay init` writes it beside fleet.toml; from then on it is the
// repository's, and Nix needs nothing of assay to build with it.
//
// The copy at the top of this repository is the example fleet's; a test keeps
// it equal to the one here. Nothing here changes; it is safe to share.
package native

import (
	"bytes"
	_ "embed"
	"regexp"
	"strconv"
)

// Name is the module's file name, beside fleet.toml.
const Name = "assay.nix"

// Module is the module as this version of assay writes it.
//
//go:embed assay.nix
var Module []byte

// firstLine is how the module begins, with its version.
var firstLine = regexp.MustCompile(`^# assay\.nix, version ([0-9]{1,6}):`)

// Version is the module's version, a whole number from 1 that grows with every
// change of the module.
func Version() int {
	v, _ := versionOf(Module)
	return v
}

// State is what a repository's copy is, compared with Module.
type State string

// The states of a copy.
const (
	Current State = "current" // the same, byte for byte
	Older   State = "older"   // of an earlier version; `assay init` replaces it
	Newer   State = "newer"   // of a later version than this assay knows
	Edited  State = "edited"  // says that it is this version, and is not
	Foreign State = "foreign" // does not say that it is assay's
)

// Compare tells what a repository's copy is. A copy of another version may
// have been edited as well: only Module's own bytes are known here.
func Compare(copied []byte) State {
	version, ok := versionOf(copied)
	switch {
	case bytes.Equal(copied, Module):
		return Current
	case !ok:
		return Foreign
	case version < Version():
		return Older
	case version > Version():
		return Newer
	}
	return Edited
}

func versionOf(text []byte) (int, bool) {
	m := firstLine.FindSubmatch(text)
	if m == nil {
		return 0, false
	}
	v, err := strconv.Atoi(string(m[1]))
	return v, err == nil
}
