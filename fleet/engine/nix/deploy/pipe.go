package deploy

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"

	"assay/fleet/host"
	"assay/fleet/rundir"
)

// pipe is the other end of the shim: a socket each of whose connections is a
// command on a host.
type pipe struct {
	dir      *rundir.Dir
	listener net.Listener
	conn     host.Conn
	command  host.Command
	sent     func(n int) // gets the bytes that went to the host, one call at a time

	links sync.WaitGroup
	done  chan struct{} // closed when Nix has ended
	good  bool          // it has done what it was to do; set before done is closed

	mu  sync.Mutex
	err error // of the first command that failed
}

// openPipe makes a socket that leads to the command on the host. The
// directory with the socket is the present user's alone.
func (d *Deployer) openPipe(ctx context.Context, conn host.Conn, cmd host.Command, sent func(n int)) (*pipe, error) {
	dir, err := rundir.Small("ssh")
	if err != nil {
		return nil, err
	}
	p := &pipe{dir: dir, conn: conn, command: cmd, sent: sent, done: make(chan struct{})}
	if err := os.Symlink(d.o.Program, filepath.Join(dir.Path, "ssh")); err != nil {
		dir.Remove()
		return nil, err
	}
	p.listener, err = net.Listen("unix", p.socket())
	if err != nil {
		dir.Remove()
		return nil, fmt.Errorf("open a socket for Nix: %w; hint: set TMPDIR to a shorter path", err)
	}
	p.links.Go(func() { p.accept(ctx) })
	return p, nil
}

func (p *pipe) socket() string { return filepath.Join(p.dir.Path, "s") }

// environment is what a Nix whose ssh is the pipe needs in its environment.
func (p *pipe) environment() []string {
	path := p.dir.Path + string(filepath.ListSeparator) + os.Getenv("PATH")
	return []string{"PATH=" + path, socketVar + "=" + p.socket(), "NIX_SSHOPTS="}
}

func (p *pipe) accept(ctx context.Context) {
	for {
		link, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.links.Go(func() {
			defer link.Close()
			if err := p.carry(ctx, link.(*net.UnixConn)); err != nil {
				p.fail(err)
			}
		})
	}
}

// carry runs the command with the streams of Nix. Nix may close them, or be
// gone, before the command has ended.
func (p *pipe) carry(ctx context.Context, shim *net.UnixConn) error {
	link, err := takeOver(shim)
	if err != nil {
		return nil // it has gone, or is no shim
	}
	defer link.Close()
	cmd := p.command
	s := newStream(link, p)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s, outlet{s}, &s.errs
	err = p.conn.Run(ctx, cmd)
	s.end()
	if err != nil {
		return s.errs.without(err)
	}
	return s.rooted(p.command.Args)
}

func (p *pipe) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
}

// count takes the bytes that went to the host.
func (p *pipe) count(n int) {
	if p.sent != nil {
		p.sent(n)
	}
}

// close ends the pipe when Nix has ended, and returns what failed on the host.
// good says that Nix did what it was to do.
func (p *pipe) close(good bool) error {
	p.good = good
	close(p.done)
	p.listener.Close()
	p.links.Wait()
	p.dir.Remove()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// outlet passes what the host says to Nix. That nobody listens any more does
// not end the command: it ends with its standard input.
type outlet struct{ s *stream }

func (o outlet) Write(b []byte) (int, error) {
	o.s.say(b)
	return len(b), nil
}

var _ io.Writer = outlet{}
