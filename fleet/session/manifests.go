package session

import (
	"bytes"
	"context"
	"fmt"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/secrets/preflight"
)

// manifests are those of sops-nix in a system: from the store here, or from the
// host's where the host has built its system itself. What cannot be read is not
// among them.
func manifests(ctx context.Context, conn host.Conn, filer engine.Filer, c engine.Closure) (out []preflight.Manifest) {
	for _, o := range c.Objects {
		if !preflight.IsManifest(o.Path) {
			continue
		}
		text, err := filer.File(o.Path, preflight.MaxManifest)
		if err != nil && c.There {
			text, err = fileOn(ctx, conn, o.Path, preflight.MaxManifest)
		}
		if err != nil {
			continue
		}
		if m, err := preflight.Parse(text); err == nil {
			out = append(out, m)
		}
	}
	return out
}

// fileOn reads a file of a host, at most limit bytes; a larger one is an error.
func fileOn(ctx context.Context, conn host.Conn, path string, limit int) ([]byte, error) {
	out := &atMost{limit: limit}
	if err := conn.Run(ctx, host.Command{Script: `exec cat "$1"`, Args: []string{path}, Stdout: out}); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return out.Bytes(), nil
}

// atMost refuses what is more than its limit.
type atMost struct {
	bytes.Buffer
	limit int
}

func (a *atMost) Write(b []byte) (int, error) {
	if a.Len()+len(b) > a.limit {
		return 0, fmt.Errorf("more than %d bytes", a.limit)
	}
	return a.Buffer.Write(b)
}
