// Package nix satisfies engine.Engine with Nix: it evaluates the machines of
// a flake in a git repository and builds them in the store of Nix's own
// configuration. Nothing in the repository is written, nothing is locked, and
// only what git tracks is read. The evaluation is pure, builds nothing, and
// does not take the settings that the flake brings unless asked to.
//
// An Engine may be used by several goroutines at once. It works with Nix 2.8
// and newer.
package nix

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/runner"
)

// Options says what an Engine works on. Dir is needed, everything else has a
// default.
type Options struct {
	Dir    string         // of flake.nix, inside a git repository
	Origin string         // the directory that Dir is a passing copy of: what evaluations cost is kept under its name; "" is Dir
	Runner *runner.Runner // nil runs nix from PATH
	// Cache is a directory for what evaluations came to and what they cost;
	// "" remembers nothing.
	Cache string
	// Roots is a directory for garbage collector roots of what was built,
	// which stay until Close; "" protects nothing.
	Roots string
	// Class says whether a machine is "nixos" or "darwin"; nil, or "" for a
	// machine, asks the flake.
	Class func(machine string) string
	// Attribute is the path below a machine's configuration of what is built;
	// "" is "config.system.build.toplevel".
	Attribute string
	// AcceptConfig are the settings of the flake that somebody has accepted, as
	// NixConfig gave them. Of what the flake wants at any moment only what is
	// equal applies.
	AcceptConfig map[string]any
	// Inputs are flake references that stand in the place of the flake's
	// inputs, by name. What they lead to must not change under the same
	// reference: it is no part of what is remembered.
	Inputs map[string]string
	// Builder says where a machine is built: "" or "local" as Nix's
	// configuration says, "target" on the machine itself, else on the machine of
	// that name. What is built on another machine is copied back; what is built
	// on the target stays there, and its closure is what the target says.
	Builder func(machine string) string
	// Remote reaches the stores that Builder names.
	Remote Remote
	// StoreRoot is the directory above "nix/store" of the store that Nix builds
	// in; "" is "/", or what NIX_REMOTE names.
	StoreRoot string
	// Processes is how many evaluations run at once at most; 0 is the number
	// of processors.
	Processes int
	// Looks is shared by the engines of one program; nil is one of its own.
	Looks *Looks
	// Available says how many bytes of memory evaluations may use; nil is
	// three quarters of what is available.
	Available func() int64
}

// Remote reaches the Nix store of a machine.
type Remote interface {
	// Store returns the address of the machine's store, as `nix --store`
	// takes it, and what the environment needs for it. It is valid until
	// release is called, when Nix has ended; its error is what went wrong on
	// the machine.
	Store(ctx context.Context, machine string) (address string, env []string, release func() error, err error)
}

// Engine drives Nix.
type Engine struct {
	opts    Options
	run     *runner.Runner
	cache   *cache
	history *history

	wants     flakeSettings
	mu        sync.Mutex
	platforms map[string]string    // platform of a derivation, by its path
	valid     map[string]time.Time // when a path was last known to be, by the path
	roots     *roots
}

var _ engine.Engine = (*Engine)(nil)

// New returns an Engine. It does not start Nix.
func New(opts Options) *Engine {
	if opts.Runner == nil {
		opts.Runner = runner.New(runner.Options{})
	}
	if abs, err := filepath.Abs(opts.Dir); err == nil {
		opts.Dir = abs
	}
	if real, err := filepath.EvalSymlinks(opts.Dir); err == nil {
		opts.Dir = real
	}
	if real, err := filepath.EvalSymlinks(opts.Origin); err == nil && opts.Origin != "" {
		opts.Origin = real
	}
	opts.Origin = cmp.Or(opts.Origin, opts.Dir)
	opts.Attribute = cmp.Or(opts.Attribute, "config.system.build.toplevel")
	opts.Processes = cmp.Or(opts.Processes, runtime.NumCPU())
	if remote := os.Getenv("NIX_REMOTE"); opts.StoreRoot == "" && filepath.IsAbs(remote) {
		opts.StoreRoot = remote
	}
	if opts.Looks == nil {
		opts.Looks = &Looks{}
	}
	if opts.Available == nil {
		opts.Available = func() int64 { return availableMemory() / 4 * 3 }
	}
	return &Engine{
		opts:      opts,
		run:       opts.Runner,
		cache:     &cache{dir: opts.Cache},
		history:   &history{dir: opts.Cache},
		platforms: map[string]string{},
		valid:     map[string]time.Time{},
		roots:     &roots{dir: opts.Roots},
	}
}

// Look looks at the repository, so that who needs to know of it waits less.
func (e *Engine) Look(ctx context.Context) { _, _ = e.look(ctx) }

// Name is "nix".
func (e *Engine) Name() string { return "nix" }

// Close lets the garbage collector have what was built.
func (e *Engine) Close() error { return e.roots.release() }

// features is what every nix command gets: what it does not know otherwise.
var features = []string{"--extra-experimental-features", "nix-command flakes"}

// nix returns a command of nix.
func (e *Engine) nix(args ...string) runner.Command {
	return runner.Command{Program: "nix", Args: append(args, features...), Env: quiet}
}

// quiet keeps the programs that Nix starts from asking questions.
var quiet = []string{"GIT_TERMINAL_PROMPT=0", "LC_ALL=C.UTF-8"}

// speaker gives steps and answers on, one call at a time.
type speaker struct {
	mu    sync.Mutex
	watch func(engine.Step) // may be nil
}

func (s *speaker) say(step engine.Step) {
	if s.watch == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watch(step)
}

// answer calls done while nothing else is said.
func (s *speaker) answer(done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	done()
}

// ensure makes a directory of ours, which others need not read.
func ensure(dir string) error { return os.MkdirAll(dir, 0o700) }
