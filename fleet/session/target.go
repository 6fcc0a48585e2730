package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"assay/fleet/host"
	"assay/secrets"
)

// Connect opens a connection to a machine whose identity is pinned by the
// fleet's own secrets, or else by what the connector knows. Known secrets are
// taken out of the errors of both.
func (s *Session) Connect(ctx context.Context, machine string) (host.Conn, error) {
	target, err := s.Target(machine)
	if err != nil {
		return nil, err
	}
	conn, err := s.reach.Connector.Connect(ctx, target)
	if err != nil {
		return nil, s.cleanError(err)
	}
	s.showed(machine, conn)
	return &cleanConn{conn, s}, nil
}

// Target is where and as whom a machine is reached, and who it must prove to
// be: the addresses and the jump hosts of fleet.toml, the host keys of the
// fleet's secrets. Its error is a *host.ConnectError.
func (s *Session) Target(machine string) (host.Target, error) {
	return s.targetVia(machine, nil)
}

// targetVia is Target; via are the machines that lead there, which must not
// come again.
func (s *Session) targetVia(machine string, via []string) (host.Target, error) {
	fail := func(stage host.Stage, err error) (host.Target, error) {
		return host.Target{}, &host.ConnectError{Machine: machine, Stage: stage, Err: err}
	}
	m := s.Fleet().Machine(machine)
	if m == nil {
		return fail(host.StageResolve, errors.New("the fleet has no machine of that name"))
	}
	t := host.Target{Machine: machine, Addresses: m.Deploy.Targets, Become: host.Become(m.Deploy.Become)}
	if s.reach.Addresses != nil {
		t.Addresses = s.reach.Addresses(machine)
	}
	if len(t.Addresses) == 0 {
		return fail(host.StageResolve, fmt.Errorf("%w; hint: give it deploy.targets in fleet.toml", host.ErrNoTarget))
	}
	if slices.Contains(via, machine) {
		return fail(host.StageResolve, fmt.Errorf("its jump hosts lead to itself, by way of %v", via))
	}
	for _, jump := range m.Deploy.Jump {
		hop, err := s.hop(jump, append(slices.Clip(via), machine))
		if err != nil {
			return host.Target{}, err
		}
		t.Jump = append(t.Jump, hop)
	}
	if err := s.identify(&t); err != nil {
		return fail(host.StageHostKey, err)
	}
	return t, nil
}

// hop is a jump host: a machine of the fleet, or an address, whose identity
// goes by the address.
func (s *Session) hop(jump string, via []string) (host.Target, error) {
	if s.Fleet().Machine(jump) != nil {
		return s.targetVia(jump, via)
	}
	return host.Target{Machine: jump, Addresses: []string{jump}}, nil
}

// identify gives the target the keys that prove it. One without any in the
// fleet's secrets is left without: the connector knows other places, or refuses
// it and tells the key that it saw.
func (s *Session) identify(t *host.Target) error {
	keys, err := secrets.HostKeys(s.Repo.Vars, t.Machine)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	t.HostKeys = keys
	if err == nil {
		for _, old := range s.oldKeys(t.Machine) {
			if !slices.Contains(keys, old) {
				t.HostKeys = append(t.HostKeys, old)
			}
		}
	}
	return err
}

// knower is a connector that says by which keys it would recognise a target.
type knower interface {
	HostKeys(ctx context.Context, target host.Target) ([]string, error)
}

// Reached is Target with the one address, of several, that answers now, and
// with the keys by which it and its jump hosts are recognised.
func (s *Session) Reached(ctx context.Context, machine string) (host.Target, error) {
	if s.reach == nil {
		return host.Target{}, ErrNoHosts
	}
	t, err := s.Target(machine)
	if err == nil {
		err = s.answering(ctx, &t)
	}
	if err != nil {
		return t, err
	}
	known, ok := s.reach.Connector.(knower)
	if !ok {
		return t, nil
	}
	t.Jump = slices.Clone(t.Jump)
	for i := range t.Jump {
		if t.Jump[i].HostKeys, err = known.HostKeys(ctx, t.Jump[i]); err != nil {
			return t, err
		}
	}
	t.HostKeys, err = known.HostKeys(ctx, t)
	return t, err
}

// answering leaves the target the first of its addresses that answers.
func (s *Session) answering(ctx context.Context, t *host.Target) error {
	var last error
	for _, address := range t.Addresses {
		one := *t
		one.Addresses = []string{address}
		if len(t.Addresses) == 1 {
			return nil
		}
		conn, err := s.reach.Connector.Connect(ctx, one)
		if err == nil {
			*t = one
			return conn.Close()
		}
		last = s.cleanError(err)
	}
	return last
}

// Unpinned is Target of a machine that the fleet's secrets hold no key of, and
// the connector that would reach it: for pinning the key that it shows.
func (s *Session) Unpinned(machine string) (host.Target, host.Connector, error) {
	if s.reach == nil {
		return host.Target{}, nil, ErrNoHosts
	}
	t, err := s.Target(machine)
	if err == nil && len(t.HostKeys) > 0 {
		err = fmt.Errorf("%s is known by the fleet's own secrets, which come first; hint: change its key there", machine)
	}
	return t, s.reach.Connector, err
}
