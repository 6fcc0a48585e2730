package nix

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"assay/fleet/engine"
)

var _ engine.Filer = (*Engine)(nil)

// File reads a regular file of the store that Nix builds in.
func (e *Engine) File(path string, limit int64) ([]byte, error) {
	clean := filepath.Clean(path)
	if clean != path || !strings.HasPrefix(path, "/nix/store/") {
		return nil, fmt.Errorf("%q is no path below /nix/store", path)
	}
	f, err := os.Open(filepath.Join("/", e.opts.StoreRoot, path))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s: no regular file of at most %d bytes", path, limit)
	}
	return io.ReadAll(io.LimitReader(f, limit))
}
