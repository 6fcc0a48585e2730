package nix

import (
	"bytes"
	"sync"

	"assay/fleet/engine/nix/nixlog"
)

// finished reads from Nix's log which systems' builds have ended.
type finished struct {
	outputs map[string]string // store path by derivation
	running map[uint64]string // store path by activity
	wake    chan struct{}
	mu      sync.Mutex
	paths   []string
}

func newFinished(outputs map[string]string) *finished {
	return &finished{outputs: outputs, running: map[uint64]string{}, wake: make(chan struct{}, 1)}
}

func (f *finished) read(line []byte) {
	if !bytes.Contains(line, []byte(`"stop"`)) && !bytes.Contains(line, []byte(`"type":105`)) {
		return
	}
	r, ok := nixlog.Decode(line)
	switch {
	case !ok:
	case r.Action == nixlog.Start && r.Type == nixlog.Build:
		if path := f.outputs[r.String(0)]; path != "" {
			f.running[r.ID] = path
		}
	case r.Action == nixlog.Stop && f.running[r.ID] != "":
		f.mu.Lock()
		f.paths = append(f.paths, f.running[r.ID])
		f.mu.Unlock()
		delete(f.running, r.ID)
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}

func (f *finished) close() { close(f.wake) }

// batches gives what has ended, all of it together, until close.
func (f *finished) batches() func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for range f.wake {
			f.mu.Lock()
			paths := f.paths
			f.paths = nil
			f.mu.Unlock()
			if len(paths) > 0 && !yield(paths) {
				return
			}
		}
	}
}
