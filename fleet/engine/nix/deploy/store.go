package deploy

import (
	"context"
	"fmt"
	"path"
	"strings"
	"sync"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
)

// Store makes the host's store one that Nix here can use, over the open
// connection: address is what `nix --store` and `nix copy --to` take, and env
// is what their environment needs. It is valid until release is called, whose
// error is what went wrong on the host; Nix must have ended by then.
func (d *Deployer) Store(ctx context.Context, conn host.Conn) (address string, env []string, release func() error, err error) {
	a, err := accessOf(ctx, conn)
	if err != nil {
		return "", nil, nil, err
	}
	p, err := d.openPipe(ctx, conn, host.Command{Script: preludeSh + rootsSh + noCopies + daemonSh, Root: a.root}, nil)
	if err != nil {
		return "", nil, nil, err
	}
	var once sync.Once
	release = func() error {
		var failed error
		once.Do(func() { failed = p.close(true) })
		return failed
	}
	return hostStore, p.environment(), release, nil
}

// Keep protects paths that the host has from garbage collection, as Copy does
// for what it brings: what was built there, or there already.
func (d *Deployer) Keep(ctx context.Context, conn host.Conn, paths ...string) error {
	for _, p := range paths {
		if !fleet.IsStorePath(p) {
			return fmt.Errorf("keep %q on the host: %w", p, errPath)
		}
	}
	a, err := accessOf(ctx, conn)
	if err == nil {
		err = conn.Run(ctx, host.Command{Script: preludeSh + rootsSh + keepSh, Args: paths, Root: a.root})
	}
	if err != nil {
		return fmt.Errorf("keep paths from the host's garbage collection: %w", err)
	}
	return nil
}

// Push copies a closure to a store: "file:///DIR", "s3://BUCKET", a cache or a
// store that Nix reaches by itself. Where a key is configured, paths are signed
// with it first.
func (d *Deployer) Push(ctx context.Context, c engine.Closure, store string) error {
	if !fleet.IsStorePath(c.System) {
		return fmt.Errorf("push %q to %s: %w", c.System, store, errPath)
	}
	if strings.HasPrefix(store, "-") || !strings.Contains(store, ":") && !path.IsAbs(store) {
		return fmt.Errorf("push to %q: it is no address of a store; hint: file:///DIR, s3://BUCKET or ssh-ng://HOST", store)
	}
	if err := d.sign(ctx, []string{c.System}); err != nil {
		return fmt.Errorf("push %s to %s: %w", path.Base(c.System), store, err)
	}
	if _, err := d.nix(ctx, nil, nil, "copy", "--to", store, c.System); err != nil {
		return fmt.Errorf("push %s to %s: %w", path.Base(c.System), store, err)
	}
	return nil
}
