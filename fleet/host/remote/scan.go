package remote

import (
	"context"
	"errors"

	"assay/fleet/host"

	"golang.org/x/crypto/ssh"
)

// Scan returns the host key that the first answering address of a machine
// shows and has proved to hold. It trusts nobody: the key is for a person to
// compare before it is pinned. Jump hosts on the way prove who they are. It
// fails with a *host.ConnectError.
func (c *Connector) Scan(ctx context.Context, target host.Target) (ssh.PublicKey, error) {
	failures := []*host.ConnectError{{Machine: target.Machine, Stage: host.StageResolve, Err: errors.New("no address is known")}}
	for _, address := range target.Addresses {
		check := &check{pins: &pins{machine: target.Machine}, scan: true}
		_, failed := c.attempt(ctx, target, address, check)
		if key := check.shown.Load(); key != nil {
			return *key, nil
		}
		failures = append(failures, failed)
	}
	return nil, furthest(failures[min(1, len(target.Addresses)):])
}
