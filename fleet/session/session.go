// Package session holds assay's verbs: select, check, status, plan, update,
// roll back, runs and logs. The command line and the console call only this.
// A Session may be used by several goroutines at once, except that one run at
// a time changes the fleet.
package session

import (
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/repo"
	"assay/secrets/secret"
	"assay/secrets/sops"
)

// ErrNoHosts is returned by verbs that reach hosts in a session that cannot.
var ErrNoHosts = errors.New("this session reaches no hosts")

// Session is an opened repository with what it takes to work on it.
type Session struct {
	Repo  *repo.Repository
	reach *Reach
	opts  Options

	waiting waiting
	keys    operatorKeys
	proved  sync.Map // machine -> the host key that it has shown last
	indexed contents
}

// Options configure a session. Zero values have sensible meanings.
type Options struct {
	StateDir string        // where the fleet's runs are recorded; "" has none
	Version  string        // of assay, for the record
	Operator func() string // who runs this, asked for the record of a run only; nil is nobody
	Reach    *Reach        // nil: verbs that reach hosts return ErrNoHosts
	Clock    func() time.Time
	CacheDir string // for what can be made again; "" has none
	// Identities are the operator's age identities, with which machines' own are
	// opened and delivered; nil delivers nothing. They are asked for once a plan.
	Identities func() ([]sops.Identity, error)
	// Plugins may run to encrypt for those whose keys need them.
	Plugins sops.Plugins
	// Environ is the environment of the sops command, which does by itself what
	// is left to it; nil is that of this process.
	Environ func() []string
	// Redactor gets to know the secrets that the session handles, and cleans what
	// hosts print and why something went wrong before a run's record and screen
	// have it; nil makes one. What else prints should be cleaned by it too.
	Redactor *secret.Redactor
	Lister   engine.Lister // lists channels; nil: MakeIndex returns ErrNoLister
}

// Reach is what it takes to build systems and to touch hosts.
type Reach struct {
	Engine    engine.Engine
	Deployer  engine.Deployer
	Connector host.Connector
	// Addresses, which may be nil, replaces the addresses of fleet.toml.
	Addresses func(machine string) []string
	// At, which may be nil, returns the engine for another copy of the
	// repository.
	At func(dir string) engine.Engine
}

// New returns a session on an opened repository.
func New(r *repo.Repository, opts Options) *Session {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.Operator == nil {
		opts.Operator = func() string { return "" }
	}
	if opts.Environ == nil {
		opts.Environ = os.Environ
	}
	if opts.Redactor == nil {
		opts.Redactor = new(secret.Redactor)
	}
	if r.Vars != nil {
		r.Vars.Known = opts.Redactor.Know
		r.Vars.Plugins = opts.Plugins
	}
	return &Session{Repo: r, reach: opts.Reach, opts: opts}
}

// Fleet is the repository's fleet.
func (s *Session) Fleet() *fleet.Fleet { return s.Repo.Fleet }

// Adopted reports whether the flake defines its machines itself.
func (s *Session) Adopted() bool { return s.Repo.Adopted }

// Unread says why the overlay layers are not known; "" where they are.
func (s *Session) Unread() string {
	if !s.Repo.Adopted || slices.ContainsFunc(s.Fleet().Machines, func(m fleet.Machine) bool { return m.System != "" }) {
		return ""
	}
	return "overlays depend on the system, and no machine's system is known from the files"
}
