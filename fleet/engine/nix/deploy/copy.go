package deploy

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"assay/fleet/engine"
	"assay/fleet/host"
)

// hostStore is how Nix calls a host. Which one it is, the pipe decides.
const hostStore = "ssh-ng://assay-host"

// Copy runs nix copy with the host's daemon at the other end: each path appears
// there whole or not at all, references before what refers to them, and those
// that arrived stay when the rest does not. progress gets the bytes that went
// to the host, which is a little more than the sizes of the objects, and never
// more than their sum. On the host, roots named as the systems keep the paths
// from garbage collection; the next copy a day later removes them.
func (d *Deployer) Copy(ctx context.Context, conn host.Conn, objects []engine.Object, progress func(sent int64)) error {
	paths, err := checked(objects)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	if len(paths) == 0 {
		return nil
	}
	tops, err := d.tops(ctx, paths)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	way, err := d.prepare(ctx, conn, paths, tops)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	m := meter{total: engine.Size(objects), progress: progress}
	if err := d.send(ctx, conn, way, m.add, tops); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	m.finish()
	return nil
}

// send runs nix copy for the closures of tops, and has the host keep them.
func (d *Deployer) send(ctx context.Context, conn host.Conn, way access, sent func(n int), tops []string, flags ...string) error {
	args := append([]string{"copy", "--to", hostStore}, flags...)
	if way.trusted {
		args = append(args, "--no-check-sigs")
	}
	if d.o.Substitute {
		// Over ssh-ng some versions, 2.8 among them, look at the setting for
		// builders instead.
		args = append(args, "--substitute-on-destination", "--option", "builders-use-substitutes", "true")
	}
	copying, end, err := d.noted()
	if err != nil {
		return err
	}
	defer end()
	cmd := host.Command{Script: preludeSh + rootsSh + lostSh + copying + daemonSh, Args: tops, Root: way.root}
	p, err := d.openPipe(ctx, conn, cmd, sent)
	if err != nil {
		return err
	}
	_, err = d.nix(ctx, p.environment(), nil, append(args, tops...)...)
	return explain(err, p.close(err == nil))
}

// ErrFull is returned when the host has no room for what is copied.
var ErrFull = errors.New("the host's store is full")

// again is what to do after a copy that did not end well.
const again = "; hint: run it again, what has arrived stays there"

// explain puts what Nix says and what went wrong on the host into one error.
// Where the connection ended, what Nix says of it tells nothing.
func explain(nix, remote error) error {
	_, lost := errors.AsType[*host.LostError](remote)
	switch {
	case lost:
		return fmt.Errorf("%w"+again, remote)
	case nix == nil:
		return remote
	case strings.Contains(nix.Error(), "No space left on device"): // nothing is written here
		return fmt.Errorf("%w: %w; hint: free space on it, for example with nix-collect-garbage, and run it again", ErrFull, nix)
	case remote == nil:
		return nix
	}
	return fmt.Errorf("%w; here %w"+again, remote, nix)
}

// remember notes that all of the paths are in a closure whose system is one of
// them, so that Nix need not be asked what is above them.
func (d *Deployer) remember(paths []string, c engine.Closure) {
	if !slices.Contains(paths, c.System) {
		return
	}
	d.topping.Lock()
	defer d.topping.Unlock()
	d.topped[sumOf(paths)] = c.System
}

// sumOf names a list of paths.
func sumOf(paths []string) [sha256.Size]byte {
	return sha256.Sum256([]byte(strings.Join(paths, "\n")))
}

// tops returns those of the paths that no other one refers to, so that their
// closures are all of them. Usually that is one, the system.
func (d *Deployer) tops(ctx context.Context, paths []string) ([]string, error) {
	d.topping.Lock()
	system, ok := d.topped[sumOf(paths)]
	d.topping.Unlock()
	if ok {
		return []string{system}, nil
	}
	left := make(map[string]bool, len(paths))
	for _, p := range paths {
		left[p] = true
	}
	var tops []string
	for i := len(paths) - 1; i >= 0; i-- { // references come first
		p := paths[i]
		if !left[p] {
			continue
		}
		tops = append(tops, p)
		closure, err := d.requisites(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, r := range closure {
			delete(left, r)
		}
	}
	return tops, nil
}

// requisites lists the closure of a path in the local store.
func (d *Deployer) requisites(ctx context.Context, p string) ([]string, error) {
	out, err := d.nix(ctx, nil, nil, "path-info", "--recursive", p)
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(out)), nil
}

// meter turns bytes on their way into progress.
type meter struct {
	total    int64
	progress func(int64)

	mu   sync.Mutex
	sent int64
}

func (m *meter) add(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = min(m.sent+int64(n), m.total)
	if m.progress != nil {
		m.progress(m.sent)
	}
}

func (m *meter) finish() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.progress != nil && m.sent != m.total {
		m.progress(m.total)
	}
}
