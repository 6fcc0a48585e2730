// Package deploy brings systems that Nix built to hosts: what a host lacks, a
// copy of it, what the system there consists of. Activating it is guard's.
//
// Paths travel by Nix's own copy, over a host.Conn that is open already: nix
// is started with a directory first in PATH where "ssh" is this program
// itself, which passes Nix's words through a private socket to whoever holds
// the connection, and from there to nix-daemon on the host. No second
// connection is opened, no second identity is believed, and the way there
// (jump hosts, agents, sudo) is the connection's. See IsShim.
//
// A Deployer may be used by several goroutines at once.
package deploy

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"sync"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/nix/guard"
	"assay/fleet/engine/nix/runner"
)

// Options are the choices of a Deployer; the zero value has none made.
type Options struct {
	// Runner runs Nix; nil runs it from PATH in the environment of this
	// process.
	Runner *runner.Runner
	// Program is what "ssh" is for Nix: a program whose main asks IsShim. ""
	// is the one that runs.
	Program string
	// Substitute lets hosts fetch from their own substituters what those have.
	Substitute bool
	// KeyFile is a secret key, as nix key generate-secret writes it, with which
	// paths are signed before they are copied; "" signs nothing. Signatures
	// that paths have are kept.
	KeyFile string
	// Operator is who is told to others that find a host busy; one line.
	Operator string
	// Console names to hosts, in letters and digits, one of which a single process
	// at a time copies. What it copied to a host last is ended there if it still
	// goes on, as it does where the connection was lost. nil is none.
	Console func() (string, error)
}

// Deployer copies systems to hosts, and activates them as a guard.Guard does.
type Deployer struct {
	guard.Guard
	o Options

	signing sync.Mutex      // held while paths are signed
	signed  map[string]bool // closures that are, by their tops

	topping sync.Mutex
	topped  map[[sha256.Size]byte]string // the system above paths, by sumOf

	copies copies
}

var (
	_ engine.Deployer = (*Deployer)(nil)
	_ engine.Guarded  = (*Deployer)(nil)
)

// New returns a Deployer.
func New(o Options) (*Deployer, error) {
	if o.Runner == nil {
		o.Runner = runner.New(runner.Options{})
	}
	if o.Program == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
		o.Program = self
	}
	return &Deployer{Guard: guard.Guard{Operator: o.Operator}, o: o, signed: make(map[string]bool), topped: make(map[[sha256.Size]byte]string)}, nil
}

var errPath = errors.New("is no store path")

// checked returns the paths of objects, which all are store paths.
func checked(objects []engine.Object) ([]string, error) {
	paths := make([]string, len(objects))
	for i, o := range objects {
		if !fleet.IsStorePath(o.Path) {
			return nil, fmt.Errorf("%q %w", o.Path, errPath)
		}
		paths[i] = o.Path
	}
	return paths, nil
}
