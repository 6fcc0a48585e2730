package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"assay/fleet/host"

	"golang.org/x/crypto/ssh"
)

var (
	errNoStatus = errors.New("the host sent no exit status")
	errRefused  = errors.New("the host refuses to run commands")
)

// Run runs one command as host.Conn says. When ctx ends, the command is sent
// a TERM signal and its session is closed. OpenSSH passes no signals to
// commands of root; such a command goes on until it notices that its streams
// are closed.
func (c *conn) Run(ctx context.Context, cmd host.Command) error {
	if cmd.Root && c.user != "root" {
		return c.runAsRoot(ctx, cmd)
	}
	line, err := commandLine(cmd)
	if err != nil {
		return fmt.Errorf("%s: %w", c.machine, err)
	}
	return c.run(ctx, line, cmd, nil)
}

// run runs a command line; the door, if there is one, stands before the
// command's streams.
func (c *conn) run(ctx context.Context, line string, cmd host.Command, door *door) error {
	for {
		if err := c.slots.acquire(ctx); err != nil {
			return fmt.Errorf("%s: command not started: %w", c.machine, err)
		}
		s := newSession(c, cmd, door)
		go s.exec(line)
		err := s.result(ctx)
		if !errors.Is(err, errBusy) {
			return err
		}
	}
}

// errBusy asks Run to wait until another session has ended.
var errBusy = errors.New("no session is free")

// session is one command on its way. exec runs on its own goroutine, so that
// a host that leaves a question unanswered cannot hold Run up.
type session struct {
	conn    *conn
	stdin   io.Reader
	stdout  gate
	stderr  gate
	tail    *tail
	door    *door         // nil for none
	over    chan struct{} // closed when Run returns
	outcome chan error    // the first one counts

	mu      sync.Mutex
	channel ssh.Channel // nil until it is open
	started bool        // the host may have begun
	aborted bool
}

func newSession(c *conn, cmd host.Command, door *door) *session {
	s := &session{conn: c, stdin: cmd.Stdin, tail: newTail(), door: door, over: make(chan struct{}), outcome: make(chan error, 1)}
	s.stdout = gate{to: cmd.Stdout, fail: func(err error) { s.cut("standard output", err) }}
	s.stderr = gate{to: cmd.Stderr, fail: func(err error) { s.cut("standard error", err) }}
	return s
}

// finish gives the outcome; only the first is kept.
func (s *session) finish(err error) {
	select {
	case s.outcome <- err:
	default:
	}
}

// cut ends a command one of whose streams failed on this side.
func (s *session) cut(stream string, err error) {
	s.finish(s.unknown(fmt.Errorf("%s: %w", stream, err)))
}

// result waits for the outcome or for ctx.
func (s *session) result(ctx context.Context) error {
	defer close(s.over)
	var err error
	select {
	case err = <-s.outcome:
	case <-s.conn.gone:
		err = s.orphaned(ctx)
	case <-ctx.Done():
		err = s.given(context.Cause(ctx))
	}
	if _, lost := errors.AsType[*host.LostError](err); lost {
		go s.abort()
	}
	s.stdout.close()
	s.stderr.close()
	return err
}

// orphaned is the outcome after the connection has ended. An open channel
// notices that by itself. The ssh package leaves a channel that was asked for
// in the moment of the end without an answer for ever.
func (s *session) orphaned(ctx context.Context) error {
	s.mu.Lock()
	open := s.channel != nil
	s.mu.Unlock()
	var never <-chan time.Time
	if !open {
		never = time.After(parting)
	}
	select {
	case err := <-s.outcome:
		return err
	case <-never:
		return s.unknown(s.conn.lost())
	case <-ctx.Done():
		return s.given(context.Cause(ctx))
	}
}

// given is the outcome if there is one by now, else unknown because of err.
func (s *session) given(err error) error {
	select {
	case known := <-s.outcome:
		return known
	default:
		return s.unknown(err)
	}
}

// unknown is the error for a command that was cut short by err.
func (s *session) unknown(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aborted = true
	if !s.started {
		return fmt.Errorf("%s: command not started: %w", s.conn.machine, err)
	}
	return &host.LostError{Machine: s.conn.machine, Err: err}
}

// abort ends the command if the host is willing. Both messages may block on
// a dead connection until its keepalives end it.
func (s *session) abort() {
	s.channel.SendRequest("signal", false, ssh.Marshal(struct{ Name string }{"TERM"}))
	s.channel.Close()
}

// exec opens a channel, runs the command line and gives the outcome. It
// holds the slot until the host has closed the channel.
func (s *session) exec(line string) {
	if s.conn.over() {
		s.notOpened(s.conn.lost())
		return
	}
	channel, requests, err := s.conn.client.OpenChannel("session", nil)
	if err != nil {
		s.notOpened(err)
		return
	}
	s.conn.opened()
	defer s.conn.ended()
	status := make(chan error, 1)
	go func() { status <- s.collect(requests) }()
	defer channel.Close()
	if !s.begin(channel) {
		return
	}
	ok, err := channel.SendRequest("exec", true, ssh.Marshal(struct{ Command string }{line}))
	switch {
	case err != nil:
		s.finish(s.unknown(s.conn.lost()))
		return
	case !ok:
		s.finish(fmt.Errorf("%s: %w", s.conn.machine, errRefused))
		return
	}
	go s.feed(channel)
	var streams sync.WaitGroup
	streams.Go(func() { io.Copy(&s.stdout, channel) })
	streams.Go(func() { io.Copy(s.errors(), channel.Stderr()) })
	err = <-status
	streams.Wait()
	if e, ok := errors.AsType[*host.ExitError](err); ok {
		e.Stderr = s.tail.String()
	}
	s.finish(err)
}

// errors is where standard error goes.
func (s *session) errors() io.Writer {
	to := io.MultiWriter(s.tail, &s.stderr)
	if s.door == nil {
		return to
	}
	return s.door.before(to)
}

// begin says that the command is about to be sent; it reports false when
// nobody waits for it any more.
func (s *session) begin(channel ssh.Channel) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channel = channel
	s.started = !s.aborted
	return s.started
}

// notOpened gives the outcome of a session that the host did not open.
func (s *session) notOpened(err error) {
	if _, full := errors.AsType[*ssh.OpenChannelError](err); !full {
		s.conn.slots.release()
		s.finish(fmt.Errorf("%s: command not started: %w", s.conn.machine, peerError(err)))
		return
	}
	if s.conn.slots.refused() || s.conn.retry() {
		s.finish(errBusy)
		return
	}
	s.finish(fmt.Errorf("%s: the host opens no session: %w", s.conn.machine, peerError(err)))
}

// feed copies standard input to the command. A reader that fails must not
// look like one that ended: the command is cut short.
func (s *session) feed(channel ssh.Channel) {
	if s.door != nil && !s.door.pass(channel, s.over) {
		channel.CloseWrite()
		return
	}
	if s.stdin != nil {
		from := &source{Reader: s.stdin}
		if io.Copy(channel, from); from.err != nil {
			s.cut("standard input", from.err)
			return
		}
	}
	channel.CloseWrite()
}

// source remembers the error of its reader.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// collect reads the exit status until the host closes the channel.
func (s *session) collect(requests <-chan *ssh.Request) error {
	lost := &host.LostError{Machine: s.conn.machine, Err: errNoStatus}
	var outcome error = lost
	for r := range requests {
		switch r.Type {
		case "exit-status":
			var m struct{ Status uint32 }
			if ssh.Unmarshal(r.Payload, &m) != nil {
				continue
			}
			outcome = nil
			if m.Status != 0 {
				outcome = &host.ExitError{Machine: s.conn.machine, Code: int(m.Status)}
			}
		case "exit-signal":
			var m struct {
				Name          string
				Core          bool
				Message, Lang string
			}
			if ssh.Unmarshal(r.Payload, &m) == nil {
				outcome = &host.ExitError{Machine: s.conn.machine, Code: -1, Signal: signalName(m.Name)}
			}
		}
		if r.WantReply {
			r.Reply(false, nil)
		}
	}
	if outcome == error(lost) {
		lost.Err = s.conn.lost()
	}
	return outcome
}

// signalName keeps what a signal name of a host may consist of.
func signalName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, name[:min(len(name), 16)])
	if name == "" {
		return "unknown"
	}
	return name
}
