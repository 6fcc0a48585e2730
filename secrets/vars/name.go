package vars

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"sync"

	"assay/fleet"
)

// Scope is the placement of a generator.
type Scope string

// The scopes, named as their directories.
const (
	PerMachine Scope = "per-machine"
	SharedOnce Scope = "shared"
	PerExport  Scope = "per-export"
)

// Generator identifies one generator in its place.
type Generator struct {
	Scope Scope
	Owner string // the machine, or the scope of an export; "" when shared
	Name  string
}

// ID identifies one var: a file of a generator.
type ID struct {
	Generator
	File string
}

// Machine is a generator of one machine.
func Machine(machine, name string) Generator { return Generator{PerMachine, machine, name} }

// Shared is a generator that machines share.
func Shared(name string) Generator { return Generator{SharedOnce, "", name} }

// Var is the var of one of the generator's files.
func (g Generator) Var(file string) ID { return ID{g, file} }

// Dir is the generator's directory below the fleet's, with slashes.
func (g Generator) Dir() string {
	if g.Scope == SharedOnce {
		return path.Join("vars", string(g.Scope), g.Name)
	}
	return path.Join("vars", string(g.Scope), g.Owner, g.Name)
}

// Dir is the var's directory below the fleet's, with slashes.
func (id ID) Dir() string { return path.Join(id.Generator.Dir(), id.File) }

// String is the Dir without the leading "vars/".
func (id ID) String() string { return strings.TrimPrefix(id.Dir(), "vars/") }

// maxDepth bounds the parts of a file's name.
const maxDepth = 8

// The rules for names, as clan has them.
var (
	fileName    = rule(`^[a-zA-Z0-9._-]{1,200}$`)
	exportName  = rule(`^[a-zA-Z0-9._:-]{1,200}$`)
	memberName  = rule(`^[a-z_][a-z0-9_-]{0,31}$`)
	machineName = rule(`^(?i)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
)

// rule is compiled when the first name is checked.
func rule(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

func check(allowed func() *regexp.Regexp, what, name string) error {
	if !allowed().MatchString(name) || name == "." || name == ".." || strings.HasPrefix(name, tempPrefix) {
		return fmt.Errorf("%w of a %s: %.80q\nhint: it must match %s", ErrName, what, name, allowed())
	}
	return nil
}

// CheckMachine reports why name cannot be a machine's.
func CheckMachine(name string) error { return check(machineName, "machine", name) }

// CheckUser reports why name cannot be a user's.
func CheckUser(name string) error { return check(memberName, "user", name) }

func (g Generator) check() error {
	switch g.Scope {
	case PerMachine:
		if err := CheckMachine(g.Owner); err != nil {
			return err
		}
	case PerExport:
		if err := check(exportName, "scope", g.Owner); err != nil {
			return err
		}
	case SharedOnce:
		if g.Owner != "" {
			return fmt.Errorf("%w: a shared generator has no owner, not %.80q", ErrName, g.Owner)
		}
	default:
		return fmt.Errorf("%w of a scope: %.80q", ErrName, string(g.Scope))
	}
	return check(fileName, "generator", g.Name)
}

func (id ID) check() error {
	if err := id.Generator.check(); err != nil {
		return err
	}
	parts := strings.Split(id.File, "/") // a file may lie in directories of its generator
	if len(parts) > maxDepth {
		return fmt.Errorf("%w of a file: %.80q has too many directories", ErrName, id.File)
	}
	for _, part := range parts {
		if err := check(fileName, "file", part); err != nil {
			return err
		}
	}
	return nil
}

// Place is where the vars of a declared generator lie.
func Place(g *fleet.Generator) Generator {
	if g.Share.Value {
		return Shared(g.Name)
	}
	return Machine(g.Machine, g.Name)
}

// HasGenerator reports whether the generator has a directory.
func (s *Store) HasGenerator(g Generator) bool { return g.check() == nil && s.isDir(g.Dir()) }
