// Package demo makes the world of `assay demo`: the example fleet written out
// as a repository, its secrets generated and encrypted, its hosts as SSH
// servers inside this process, and the embedded engine or Nix. What commands
// do in that world goes through the same code as for any fleet.
//
// Everything lies below one directory, which one process at a time uses.
package demo

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/crypto/ssh"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/nix/miniature"
	"assay/fleet/host/remote"
	"assay/fleet/host/sim"
	"assay/fleet/repo"
	"assay/fleet/session"
	"assay/secrets"
	"assay/secrets/secret"
)

// DefaultHosts is the size of the example fleet.
const DefaultHosts = 8

// silent is the host that accepts TCP connections and says nothing.
const silent = "scheelite"

// deadline bounds dial to authentication. The hosts are on this computer, so
// that who has not answered by then will not.
const deadline = 3 * time.Second

// ErrBusy is returned while another process has the demos.
var ErrBusy = errors.New("another assay demo is running here; hint: quit it, or set XDG_STATE_HOME to another directory")

// Options say which demo to open.
type Options struct {
	Dir      string // directory of all demos
	Engine   string // Embedded, which "" is, or Nix
	Example  []byte // fleet.toml of the example fleet
	Hosts    int    // 0 is DefaultHosts; every number is a fleet of its own
	Reset    bool   // start over
	Version  string // of assay
	Operator string
	Notice   func(string) // says something to the user; may be nil
	// Progress begins to show how far something is: step is called, by several
	// goroutines, after each of total, and done at the end. It may be nil.
	Progress func(verb string, total int) (step, done func())
	// Redactor is that of the demo's sessions and programs; it may be nil.
	Redactor *secret.Redactor
}

// Demo is an open demo. Close ends its hosts.
type Demo struct {
	Session *session.Session

	world  world
	kind   kind
	lock   *flock.Flock
	hosts  *sim.Fleet
	signer ssh.Signer
}

// world is where the parts of one demo lie.
type world struct {
	dir string
	Options
}

func newWorld(o Options) world {
	name := strconv.Itoa(o.Hosts) + "-hosts"
	if o.Engine == Nix {
		name += "-nix"
	}
	return world{dir: filepath.Join(o.Dir, name), Options: o}
}

// FleetDir is the directory of the fleet of such a demo: it is there to be
// edited. Before its first start there is none.
func FleetDir(o Options) string {
	o.Hosts = cmp.Or(o.Hosts, DefaultHosts)
	return newWorld(o).fleetDir()
}

func (w world) fleetDir() string              { return filepath.Join(w.dir, "fleet") }
func (w world) hostDir(machine string) string { return filepath.Join(w.dir, "hosts", machine) }
func (w world) storeDir() string              { return filepath.Join(w.dir, "store") }
func (w world) operatorFile() string          { return filepath.Join(w.dir, "operator", "keys.txt") }

// Open makes the demo what it should be, or leaves it as the last command
// left it, and starts its hosts.
func Open(ctx context.Context, o Options) (_ *Demo, err error) {
	if o.Hosts == 0 {
		o.Hosts = DefaultHosts
	}
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	if o.Progress == nil {
		o.Progress = func(string, int) (step, done func()) { return func() {}, func() {} }
	}
	d := &Demo{}
	defer func() {
		if err != nil {
			d.Close()
		}
	}()
	if d.lock, err = lock(ctx, o.Dir); err != nil {
		return nil, err
	}
	w := newWorld(o)
	if o.Reset {
		if err := miniature.Remove(w.dir); err != nil {
			return nil, fmt.Errorf("reset the demo: %w", err)
		}
	}
	d.world = w
	if d.kind, err = kindOf(w); err != nil {
		return nil, err
	}
	if err := d.kind.write(ctx); err != nil {
		return nil, fmt.Errorf("write the example fleet: %w", err)
	}
	repository, err := repo.Open(w.fleetDir())
	if err != nil {
		return nil, &FleetError{w.fleetDir(), err}
	}
	if err := d.start(ctx, repository); err != nil {
		return nil, err
	}
	if err := d.work(repository); err != nil {
		return nil, err
	}
	return d, d.kind.install(ctx, d.Session, repository)
}

// Reopen reads the fleet's directory anew: the session is another one
// afterwards, the hosts are the same.
func (d *Demo) Reopen() (*session.Session, error) {
	repository, err := repo.Open(d.world.fleetDir())
	if err != nil {
		return nil, err
	}
	if err := d.work(repository); err != nil {
		return nil, err
	}
	return d.Session, nil
}

// Look opens a demo that is there without its hosts and without taking it for
// itself: for reading what past and present runs recorded.
func Look(o Options) (*session.Session, error) {
	if o.Hosts == 0 {
		o.Hosts = DefaultHosts
	}
	w := newWorld(o)
	repository, err := repo.Open(w.fleetDir())
	if err != nil {
		return nil, err
	}
	return session.New(repository, w.options()), nil
}

// options are those of every session on the demo's fleet.
func (w *world) options() session.Options {
	return session.Options{
		StateDir: w.dir, CacheDir: filepath.Join(w.dir, "cache"), Version: w.Version, Operator: func() string { return w.Operator },
		Redactor: w.Redactor,
	}
}

// Close ends the hosts and gives the directory free. It may be called twice.
func (d *Demo) Close() error {
	if d.hosts != nil {
		d.hosts.Close()
		d.hosts = nil
	}
	if d.lock == nil {
		return nil
	}
	err := d.lock.Unlock()
	d.lock = nil
	return err
}

// patience is how long an occupied demo is waited for, asked again every
// retry.
const (
	patience = 2 * time.Second
	retry    = 10 * time.Millisecond
)

// lock makes sure that one process at a time works on the demos. The kernel
// gives the lock free when a process ends, however it ends. When that was
// between a fork and its exec, the child holds a copy of the lock's file for
// a moment longer: that is why it is asked for more than once.
func lock(ctx context.Context, dir string) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	l := flock.New(filepath.Join(dir, "lock"))
	held, err := l.TryLockContext(wait, retry)
	switch {
	case held:
		return l, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case wait.Err() != nil:
		return nil, ErrBusy
	}
	return nil, fmt.Errorf("lock the demo: %w", err)
}

// start starts the hosts.
func (d *Demo) start(ctx context.Context, r *repo.Repository) (err error) {
	if d.signer, err = clientKey(); err != nil {
		return err
	}
	hosts, err := d.simulated(ctx, r)
	if err != nil {
		return err
	}
	d.hosts, err = sim.Start(ctx, sim.Options{ClientKey: d.signer.PublicKey(), Hosts: hosts})
	return err
}

// work makes what builds the repository's systems and reaches its hosts, and
// the session that uses it.
func (d *Demo) work(r *repo.Repository) error {
	w := d.world
	reach, err := d.kind.reach(r)
	if err != nil {
		return err
	}
	reach.Connector = remote.New(remote.Options{Signers: []ssh.Signer{d.signer}, Timeout: deadline, Known: owner(r)})
	reach.Addresses = d.addresses
	options := w.options()
	options.Reach = &reach
	options.Lister, _ = reach.Engine.(engine.Lister)
	d.Session = session.New(r, options)
	return nil
}

// addresses is where a machine's host listens; one that the registry got
// since the demo started has none.
func (d *Demo) addresses(machine string) []string {
	if at := d.hosts.Address(machine); at != "" {
		return []string{at}
	}
	return nil
}

// owner says which machine of the fleet a host key belongs to.
func owner(r *repo.Repository) func(ssh.PublicKey) (string, bool) {
	return func(key ssh.PublicKey) (string, bool) {
		line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
		for _, name := range names(r.Fleet) {
			keys, err := secrets.HostKeys(r.Vars, name)
			if err == nil && slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, line) }) {
				return name, true
			}
		}
		return "", false
	}
}

// clientKey makes the key that the hosts let in. It lives in memory only, as
// long as the process does.
func clientKey() (ssh.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerFromKey(key)
}

// simulated prepares the hosts' directories and takes their keys out of the
// fleet's secrets.
func (d *Demo) simulated(ctx context.Context, r *repo.Repository) ([]sim.Host, error) {
	w := d.world
	signers, err := w.hostKeys(ctx, r)
	if err != nil {
		return nil, err
	}
	var hosts []sim.Host
	for _, m := range r.Fleet.Machines {
		h := sim.Host{
			Name: m.Name, Class: string(m.Class), System: m.System,
			Root: w.hostDir(m.Name), HostKey: signers[m.Name], Silent: m.Name == silent,
		}
		if err := sim.Prepare(h.Root, h); err != nil {
			return nil, err
		}
		if err := d.kind.furnish(&h); err != nil {
			return nil, err
		}
		hosts = append(hosts, h)
	}
	return hosts, nil
}

// names lists the fleet's machines.
func names(f *fleet.Fleet) []string {
	out := make([]string, len(f.Machines))
	for i, m := range f.Machines {
		out[i] = m.Name
	}
	return out
}
