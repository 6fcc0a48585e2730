package sops

import "strings"

// Store is a way of laying out files; the names are those of the sops
// command's --input-type.
type Store string

// The stores. Package sops reads and writes the first three itself; for the
// others it takes the sops command.
const (
	Binary Store = "binary"
	JSON   Store = "json"
	YAML   Store = "yaml"
	Dotenv Store = "dotenv"
	INI    Store = "ini"
)

// Native reports whether the store is read and written here.
func (s Store) Native() bool { return s == Binary || s == JSON || s == YAML }

// StoreOf is the store that the sops command takes for a file of that name:
// by its ending, and binary for all that it does not know.
func StoreOf(path string) Store {
	for _, s := range []struct {
		ending string
		store  Store
	}{{".yaml", YAML}, {".yml", YAML}, {".json", JSON}, {".env", Dotenv}, {".ini", INI}} {
		if strings.HasSuffix(path, s.ending) {
			return s.store
		}
	}
	return Binary
}

// Form is how a file is to be written.
type Form struct {
	Store    Store
	Selector Selector // not used by the binary store

	// Indent is the number of spaces; 0 stands for the usual, which is 4 in
	// YAML and a tab in JSON, and -1 for none at all in JSON.
	Indent int

	Plugins Plugins // for recipients that need one; the zero value allows none
}
