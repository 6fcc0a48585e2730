// Package sim starts hosts that live inside this process: SSH servers on the
// loopback interface, each with a directory of its own as its root. They
// serve demonstrations, tests and measurements through the same client as
// real hosts.
//
// A simulated host is not a sandbox: its commands are processes of this
// computer that run as the present user. What keeps them to their root is
// that the scripts address only "$ASSAY_ROOT/...", that only the one client
// key is accepted, and that whoever offers commands of the user's choice has
// to refuse them here; see Refusal.
//
// Where that is not enough, a host can be set apart: its commands run in a
// mount namespace in which its directory is the whole file system, with this
// computer's programs in it. That keeps out accidents, not attackers. What
// such a command leaves running in a session of its own outlives the fleet,
// as it would outlive the connection to a real host.
//
// A Fleet may be used by several goroutines at once.
package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"syscall"

	"golang.org/x/crypto/ssh"
)

// Refusal explains why the verbs that run a command of the user's choice,
// exec and ssh, are refused on simulated hosts.
const Refusal = "a simulated host is a directory on this computer: the command would run here, as you; " +
	"hint: use a real fleet for exec and ssh"

// user is the one user that the hosts know.
const user = "root"

// Host is one simulated host.
type Host struct {
	Name    string
	Class   string     // "nixos" or "darwin"
	System  string     // "x86_64-linux"
	Root    string     // absolute directory, as Prepare leaves it
	HostKey ssh.Signer // proves the host's identity; may also be a certificate's
	Silent  bool       // accepts TCP connections and says nothing
	// Apart gives commands Root as their whole file system, in which they are
	// root, instead of telling them ASSAY_ROOT: what was written for real hosts
	// works there unchanged. Furnish has prepared the root. Linux only.
	Apart bool
}

// Options say what Start starts.
type Options struct {
	ClientKey ssh.PublicKey // the only key that is let in
	Hosts     []Host
}

// Fleet is a set of running hosts.
type Fleet struct {
	ctx       context.Context
	cancel    context.CancelFunc
	client    []byte // marshalled public key
	addresses map[string]string
	starter   *starter

	mu     sync.Mutex
	open   map[net.Conn]struct{} // nil once closed
	listen []net.Listener
	done   sync.WaitGroup
}

// Start starts the hosts. They end when ctx ends or with Close, which has to
// be called in any case.
func Start(ctx context.Context, o Options) (*Fleet, error) {
	if o.ClientKey == nil {
		return nil, errors.New("simulated hosts: no client key")
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("simulated hosts: %w", err)
	}
	if err := enoughFiles(len(o.Hosts)); err != nil {
		return nil, err
	}
	f := &Fleet{client: o.ClientKey.Marshal(), addresses: map[string]string{}, open: map[net.Conn]struct{}{}, starter: newStarter()}
	f.ctx, f.cancel = context.WithCancel(ctx)
	context.AfterFunc(f.ctx, f.shut)
	for _, h := range o.Hosts {
		if err := f.start(h); err != nil {
			f.Close()
			return nil, fmt.Errorf("simulated host %s: %w", h.Name, err)
		}
	}
	return f, nil
}

// filesPerHost is how many file descriptors a host needs when its client is
// in this process too: its listener and both ends of a connection.
const filesPerHost = 3

// filesElse is left for running commands and for the rest of the process.
const filesElse = 200

// enoughFiles returns an error when the process may not open enough files
// for so many hosts.
func enoughFiles(hosts int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return nil // not known
	}
	if need := uint64(hosts*filesPerHost + filesElse); limit.Cur < need {
		return fmt.Errorf("%d simulated hosts need %d open files and this process may have %d; hint: ulimit -n %d", hosts, need, limit.Cur, need)
	}
	return nil
}

func (f *Fleet) start(h Host) error {
	switch {
	case f.addresses[h.Name] != "":
		return errors.New("is there twice")
	case h.HostKey == nil:
		return errors.New("has no host key")
	case !filepath.IsAbs(h.Root):
		return fmt.Errorf("root %q is not an absolute path", h.Root)
	}
	l, err := new(net.ListenConfig).Listen(f.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	f.addresses[h.Name] = user + "@" + l.Addr().String()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		l.Close()
		return f.ctx.Err()
	}
	f.listen = append(f.listen, l)
	s := newServer(f, h)
	f.done.Go(func() { s.accept(l) })
	return nil
}

// Address returns where a host listens as "user@127.0.0.1:port", "" for a
// host that is not there. It is another one at every start.
func (f *Fleet) Address(name string) string { return f.addresses[name] }

// Close ends every command that runs on the hosts, closes connections and
// listeners, and returns when all of that is done. It may be called twice.
func (f *Fleet) Close() {
	f.cancel()
	f.shut()
	f.done.Wait()
	f.starter.close()
}

// shut closes what accepts and reads; the goroutines that did then end.
func (f *Fleet) shut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.listen {
		l.Close()
	}
	for c := range f.open {
		c.Close()
	}
	f.listen, f.open = nil, nil
}

// track registers a connection; it reports false when the fleet is closed.
func (f *Fleet) track(c net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		return false
	}
	f.open[c] = struct{}{}
	return true
}

func (f *Fleet) forget(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, c)
}
