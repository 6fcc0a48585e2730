// Package repo opens a fleet's directory: its registry, its module tree, its
// layers and its secrets. Opening writes nothing, locks nothing, connects
// nowhere and runs nothing from the directory.
//
// A Repository does not change; it may be used by several goroutines at once.
package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"assay/fleet"
	"assay/fleet/beneath"
	"assay/fleet/checkout"
	"assay/fleet/fleetfile"
	"assay/modules"
	"assay/modules/compose"
	"assay/overlay"
	"assay/overlay/read"
	"assay/secrets/vars"
)

// Repository is an opened fleet.
type Repository struct {
	Dir   string // absolute
	File  *fleetfile.File
	Fleet *fleet.Fleet
	Vars  *vars.Store
	// Adopted says that the flake defines its machines itself.
	Adopted bool

	root  *os.Root
	files fs.FS           // of root
	rules []modules.Rule  // how an adopted flake comes to modules, as fleet.toml says
	read  *fleet.Fleet    // of an adopted flake: as its files say
	told  []fleet.Problem // about an adopted flake, by Nix
	tree  func() (*modules.Tree, error)
	stack func() (*overlay.Stack, []fleet.Problem)
}

// Open opens the fleet in dir. Its machines are in fleet.toml, or else in the
// flake, which is read without Nix; a fleet.toml beside such a flake adds what
// it does not say. A fleet.toml or a flake.nix that cannot be read is an error
// with every fault and its place; what is wrong with the tree or the layers is
// told by Problems, because the rest can still be shown.
func Open(dir string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	r := &Repository{Dir: dir, root: root, files: beneath.FS(root)}
	r.tree = sync.OnceValues(r.readTree)
	r.stack = sync.OnceValues(r.readStack)
	if err := r.open(); err != nil {
		root.Close()
		return nil, err
	}
	return r, nil
}

func (r *Repository) open() (err error) {
	text, err := readRegular(r.root, fleetfile.Name)
	_, noFlake := r.root.Stat(modules.FlakeFile)
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case missing && noFlake != nil:
		return fmt.Errorf("%s has neither fleet.toml nor flake.nix; hint: assay init makes a fleet of it", r.Dir)
	case err != nil && !missing:
		return err
	case noFlake == nil && (missing || !fleetfile.Native(fleetfile.Name, text)):
		err = r.adopt(text)
	default:
		r.File, err = fleetfile.Parse(fleetfile.Name, text)
	}
	if err != nil {
		return err
	}
	r.Fleet = r.File.Fleet
	r.Vars, err = vars.Open(r.Dir)
	return err
}

// adopt takes the machines from the flake's files, and what notes say of them.
func (r *Repository) adopt(notes []byte) error {
	r.Adopted = true
	said, err := fleetfile.Loaders(fleetfile.Name, notes)
	if err != nil {
		return err
	}
	for _, l := range said {
		r.rules = append(r.rules, modules.Rule{Function: l.Function, Dir: l.Dir, Loads: l.Loads, Argument: l.Argument})
	}
	tree, err := r.tree()
	if err != nil {
		return err
	}
	r.read = machinesOf(tree, r.Dir)
	r.File, err = fleetfile.Adopt(fleetfile.Name, notes, r.read, false)
	return err
}

// Confirm is the repository of a flake that defines its machines itself, with
// told, the machines as Nix tells them; problems is what Nix could not tell.
// Where the files were read otherwise, Problems says so. r stays as it is.
func (r *Repository) Confirm(told *fleet.Fleet, problems []fleet.Problem) (*Repository, error) {
	notes, err := readRegular(r.root, fleetfile.Name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := fleetfile.Adopt(fleetfile.Name, notes, corrected(r.read, told), true)
	if err != nil {
		return nil, err
	}
	out := *r
	out.File, out.Fleet = file, file.Fleet
	out.told = append(slices.Clip(problems), disagreements(r.read, told)...)
	out.stack = sync.OnceValues(out.readStack)
	return &out, nil
}

// readRegular reads a file that is one: a pipe of that name would never end.
func readRegular(root *os.Root, name string) ([]byte, error) {
	path := filepath.Join(root.Name(), name)
	st, err := root.Stat(name)
	if err == nil && !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	var text []byte
	if err == nil {
		text, err = root.ReadFile(name)
	}
	if at, ok := errors.AsType[*fs.PathError](err); ok { // which names neither the directory nor what was wanted
		return nil, fmt.Errorf("%s cannot be read: %w", path, at.Err)
	}
	return text, err
}

func (r *Repository) readTree() (*modules.Tree, error) {
	if r.Adopted {
		tracked, _ := checkout.Tracked(context.Background(), r.Dir)
		return modules.ReadFlakeWith(r.files, tracked, r.rules)
	}
	return modules.Read(r.files, r.Fleet.Sources.Modules)
}

func (r *Repository) readStack() (*overlay.Stack, []fleet.Problem) {
	if r.Adopted {
		tree, err := r.tree()
		if err != nil {
			return overlay.ResolveWritten(r.Fleet, nil) // Problems tells why
		}
		found := read.Read(tree, r.Fleet, r.files)
		return overlay.ResolveWritten(r.Fleet, found.Machines)
	}
	in, problems := overlay.Read(r.files, r.Fleet)
	stack, more := overlay.Resolve(in)
	return stack, append(problems, more...)
}

// Tree is the fleet's module tree, read once, when it is first asked for.
func (r *Repository) Tree() (*modules.Tree, error) { return r.tree() }

// Stack is the fleet's overlay layers, read once.
func (r *Repository) Stack() *overlay.Stack {
	stack, _ := r.stack()
	return stack
}

// Compose works out what the machine is made of. The error is for a machine
// that is not there, and the first of the composition's problems that is an
// error; it does not name the machine.
func (r *Repository) Compose(machine string) (compose.Composition, error) {
	return r.ComposeOnly(machine, nil)
}

// ComposeOnly works out what the machine would be made of with the named
// aspects only: without services, homes and its own aspect. Nil means all.
func (r *Repository) ComposeOnly(machine string, only []string) (compose.Composition, error) {
	return r.compose(machine, compose.Request{Only: only})
}

// compose composes a machine of the fleet as the request says.
func (r *Repository) compose(machine string, request compose.Request) (compose.Composition, error) {
	m := r.Fleet.Machine(machine)
	if m == nil {
		return compose.Composition{}, fmt.Errorf("no machine %q%s", machine, r.meant(machine))
	}
	tree, err := r.Tree()
	if err != nil {
		return compose.Composition{}, err
	}
	request.Fleet, request.Machine = r.Fleet, m
	return r.judged(compose.Compose(tree, request))
}

// Installed works out what a machine and its homes install, faster than
// Compose: of the composition only the scopes' packages are meant. A machine
// that is not there, in a tree that cannot be read, installs nothing.
func (r *Repository) Installed(machine string) compose.Composition {
	m := r.Fleet.Machine(machine)
	tree, err := r.Tree()
	if m == nil || err != nil {
		return compose.Composition{Machine: machine}
	}
	return compose.Compose(tree, compose.Request{Fleet: r.Fleet, Machine: m, Installed: true})
}

// Generators works out what a machine declares of clan's vars, faster than
// Compose: the composition is for compose.GeneratorsOf and CoreGeneratorsOf.
func (r *Repository) Generators(machine string) (compose.Composition, error) {
	return r.compose(machine, compose.Request{Generators: true})
}

// Secrets works out what a machine and its homes declare of clan's vars and of
// sops-nix's secrets, faster than Compose: the composition is for what
// Generators is for, and for compose.SealedUsesOf.
func (r *Repository) Secrets(machine string) (compose.Composition, error) {
	return r.compose(machine, compose.Request{Secrets: true})
}

// judged is a composition with the error that it has.
func (r *Repository) judged(composition compose.Composition) (compose.Composition, error) {
	for _, p := range composition.Problems {
		if p.Severity == fleet.Error && !r.Adopted { // there Nix decides
			return composition, p
		}
	}
	return composition, nil
}

func (r *Repository) meant(name string) string {
	var names []string
	for _, m := range r.Fleet.Machines {
		names = append(names, m.Name)
	}
	if near := fleet.Nearest(name, names); near != "" {
		return fmt.Sprintf("; hint: did you mean %q?", near)
	}
	return ""
}

// ReadFile reads a file of the fleet by its path relative to the fleet's
// directory, which it cannot leave.
func (r *Repository) ReadFile(path string) ([]byte, error) {
	return readRegular(r.root, filepath.FromSlash(path))
}

// HasVars reports whether the fleet keeps secrets in clan's layout, as far as
// its directory shows.
func (r *Repository) HasVars() bool {
	st, err := r.root.Stat("vars")
	return err == nil && st.IsDir()
}

// Lost are the problems of the tree that hide definitions, so that others may
// follow from them alone.
func (r *Repository) Lost() []fleet.Problem {
	tree, err := r.Tree()
	if err != nil {
		return nil
	}
	return tree.Lost
}

// Texts are the texts of an adopted flake's Nix files.
type Texts struct{ of read.Sources }

// Texts reads the files for ProblemsIn. It may go on beside everything else.
func (r *Repository) Texts() Texts {
	tree, err := r.Tree()
	if err != nil || !r.Adopted {
		return Texts{}
	}
	return Texts{read.ReadSources(tree, r.files)}
}

// Problems is everything wrong with the tree and the layers, and what
// fleet.toml asks for and this version does not enforce. Of an adopted flake it
// is what Nix could not tell.
func (r *Repository) Problems() []fleet.Problem { return r.ProblemsIn(r.Texts()) }

// ProblemsIn is Problems, with the files that Texts has read. Overlays that
// nothing imports are told best when all has been composed.
func (r *Repository) ProblemsIn(texts Texts) []fleet.Problem {
	var problems []fleet.Problem
	for _, u := range r.File.Unenforced {
		problems = append(problems, fleet.Problem{At: u.At, Severity: fleet.Warning, Text: u.Path + ": " + u.Why})
	}
	problems = append(problems, r.File.Doubts...)
	problems = append(problems, r.told...)
	tree, err := r.Tree()
	if err != nil {
		problems = append(problems, fleet.Problem{Severity: fleet.Error, Text: err.Error()})
	} else {
		problems = append(problems, tree.Problems...)
	}
	_, ofLayers := r.stack()
	if r.Adopted && tree != nil {
		ofLayers = append(slices.Clip(ofLayers), read.Unused(tree, texts.of)...)
	}
	return append(problems, ofLayers...)
}
