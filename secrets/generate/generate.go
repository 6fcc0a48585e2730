// Package generate has the generators that assay runs itself, in Go, in place
// of the scripts that clan runs for the same names. What a generator makes is
// what the tools it replaces would make; its tests ask those tools.
//
// Generators keep no state and may run at the same time.
package generate

import (
	"slices"

	"assay/secrets/secret"
)

// File is a file that a generator makes, as the service module declares it.
type File struct {
	Name   string
	Secret bool
	Deploy bool // the machine itself reads it
}

// Output is the content of one File. That of a public file is held in a
// secret.Value too, and is no secret.
type Output struct {
	File
	Content secret.Value
}

// Generator makes the values of one clan generator.
type Generator struct {
	Name  string
	Files []File
	// Run makes one Output for each of Files, in their order.
	Run func() ([]Output, error)
}

// Builtin returns the built-in generator of that name.
func Builtin(name string) (Generator, bool) {
	all := builtins()
	i := slices.IndexFunc(all, func(g Generator) bool { return g.Name == name })
	if i < 0 {
		return Generator{}, false
	}
	return all[i], true
}

// Names lists the built-in generators, sorted.
func Names() []string {
	var names []string
	for _, g := range builtins() {
		names = append(names, g.Name)
	}
	slices.Sort(names)
	return names
}

func builtins() []Generator { return []Generator{OpenSSH()} }
