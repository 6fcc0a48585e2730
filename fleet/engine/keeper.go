package engine

import (
	"context"

	"assay/fleet/host"
)

// Keeper is a Deployer that can protect what a host has from the host's
// garbage collector until it is activated.
type Keeper interface {
	Keep(ctx context.Context, conn host.Conn, paths ...string) error
}
