package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// proxyGrace is how long a ProxyCommand may take to end before it is killed.
const proxyGrace = 2 * time.Second

// proxy is a ProxyCommand that runs.
type proxy struct {
	net.Conn
	cmd   *exec.Cmd
	said  *tail
	ended chan struct{}
}

// startProxy runs a command under /bin/sh whose standard input and output
// are the connection. It ends with Close.
func startProxy(command string) (*proxy, error) {
	syscall.ForkLock.RLock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(pair[0])
		syscall.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "proxy"), os.NewFile(uintptr(pair[1]), "proxy")
	defer theirs.Close()
	connection, err := net.FileConn(ours)
	ours.Close()
	if err != nil {
		return nil, err
	}
	p := &proxy{Conn: connection, said: newTail(), ended: make(chan struct{})}
	p.cmd = exec.Command("/bin/sh", "-c", "exec "+command)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = theirs, theirs, p.said
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.WaitDelay = proxyGrace
	if err := p.cmd.Start(); err != nil {
		connection.Close()
		return nil, err
	}
	go func() {
		p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// Close ends the command and what it has started.
func (p *proxy) Close() error {
	err := p.Conn.Close()
	group := -p.cmd.Process.Pid
	select {
	case <-p.ended: // its number may be another's by now
		return err
	default:
		syscall.Kill(group, syscall.SIGTERM)
	}
	select {
	case <-p.ended:
	case <-time.After(proxyGrace):
		syscall.Kill(group, syscall.SIGKILL)
		<-p.ended
	}
	return err
}

// explain adds to the error of a handshake what the command said.
func (p *proxy) explain(err error) error {
	p.Close()
	said := p.said.String()
	if said == "" && p.cmd.ProcessState != nil && p.cmd.ProcessState.ExitCode() > 0 {
		said = p.cmd.ProcessState.String()
	}
	if said == "" {
		return fmt.Errorf("through its ProxyCommand: %w", err)
	}
	return fmt.Errorf("through its ProxyCommand: %w: %s", err, said)
}

// errNoProxy is returned once the command has ended before a handshake.
var errNoProxy = errors.New("the ProxyCommand cannot be started")

// way opens the connection to a route; via is the proxy that it goes
// through, if any. Its Close gives everything back.
func (c *Connector) way(ctx context.Context, r *route, hop *relay) (conn net.Conn, via *proxy, err error) {
	switch {
	case hop != nil:
		conn, err = hop.dial(ctx, r.address)
	case r.command != "":
		if via, err = startProxy(r.command); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", errNoProxy, err)
		}
		conn = via
	default:
		conn, err = c.dial(ctx, r)
	}
	return conn, via, err
}
