package deploy

import (
	"context"
	"errors"
	"fmt"

	"assay/fleet/host"
)

// access is what a host's daemon lets us do.
type access struct {
	root    bool // it runs as root
	trusted bool // it takes paths without signatures
}

// accessOf asks the host. Root is trusted: as it is, or by the target's Become.
func (d *Deployer) accessOf(ctx context.Context, conn host.Conn) (access, error) {
	err := conn.Run(ctx, host.Command{Script: preludeSh, Root: true})
	switch {
	case err == nil:
		return access{root: true, trusted: true}, nil
	case errors.Is(err, host.ErrRoot):
		return access{}, nil
	}
	return access{}, fmt.Errorf("ask for root: %w", err)
}

// prepare makes sure that the host will take the paths before anything is
// sent.
func (d *Deployer) prepare(ctx context.Context, conn host.Conn, paths, tops []string) (access, error) {
	return d.accessOf(ctx, conn)
}
