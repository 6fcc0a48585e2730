package session

import (
	"context"
	"errors"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/host/probe"
)

// What hosts say while they are only asked passes through here, before status,
// plans and errors have it: known secrets are taken out of it. What a run keeps
// and shows is cleaned by package rollout. What a command prints that somebody
// has a host run is an answer, and stays as it is.

// cleanConn is a connection in whose errors no known secret is.
type cleanConn struct {
	host.Conn
	s *Session
}

// Run implements host.Conn.
func (c *cleanConn) Run(ctx context.Context, cmd host.Command) error {
	return c.s.cleanError(c.Conn.Run(ctx, cmd))
}

// Root implements host.Rooter: where the connection does not, with a command
// that does nothing.
func (c *cleanConn) Root(ctx context.Context) error {
	if r, ok := c.Conn.(host.Rooter); ok {
		return c.s.cleanError(r.Root(ctx))
	}
	return c.Run(ctx, host.Command{Script: ":", Root: true})
}

// stand is probe.Stand without known secrets.
func (s *Session) stand(ctx context.Context, conn host.Conn, machine string) (fleet.Facts, error) {
	facts, err := probe.Stand(ctx, conn, machine)
	return s.cleanFacts(facts), err
}

// read is probe.Read without known secrets.
func (s *Session) read(ctx context.Context, conn host.Conn, machine string) (fleet.Facts, error) {
	facts, err := probe.Read(ctx, conn, machine)
	return s.cleanFacts(facts), err
}

// cleanFacts takes known secrets out of what a host says in words of its own.
// Names of store paths are compared, and stay.
func (s *Session) cleanFacts(f fleet.Facts) fleet.Facts {
	texts := []*string{&f.Cause, &f.Damaged, &f.Kernel, &f.BootID, &f.Version, &f.Revision, &f.Nix}
	if f.Units != nil {
		texts = append(texts, &f.Units.State)
		for i := range f.Units.Names {
			texts = append(texts, &f.Units.Names[i])
		}
	}
	if g := f.Guard; g != nil {
		texts = append(texts, &g.ID, &g.Operator, &g.Trouble)
	}
	for _, text := range texts {
		*text = s.opts.Redactor.Clean(*text)
	}
	return f
}

// cleanError is an error without the known secrets in its text; nil and one
// that has none are what they were.
func (s *Session) cleanError(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	clean := s.opts.Redactor.Clean(text)
	if clean == text {
		return err
	}
	return &cleanError{clean, err, s}
}

// cleanError has the kind of another error, whose text it hides.
type cleanError struct {
	text string
	of   error
	s    *Session
}

func (e *cleanError) Error() string { return e.text }

// Is reports what the hidden error is.
func (e *cleanError) Is(target error) bool { return errors.Is(e.of, target) }

// As finds the errors of package host, without the secrets, and no others.
func (e *cleanError) As(target any) bool {
	switch target := target.(type) {
	case **host.ExitError:
		return asClean(e.of, target, func(x *host.ExitError) { x.Stderr = e.s.opts.Redactor.Clean(x.Stderr) })
	case **host.LostError:
		return asClean(e.of, target, func(x *host.LostError) { x.Err = e.s.cleanError(x.Err) })
	case **host.ConnectError:
		return asClean(e.of, target, func(x *host.ConnectError) { x.Err = e.s.cleanError(x.Err) })
	}
	return false
}

// asClean finds an error of a type and gives target a copy of it that was
// cleaned.
func asClean[E any, P interface {
	*E
	error
}](err error, target *P, clean func(P)) bool {
	found, ok := errors.AsType[P](err)
	if ok {
		x := *found
		clean(&x)
		*target = &x
	}
	return ok
}
