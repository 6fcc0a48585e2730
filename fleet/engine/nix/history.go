package nix

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/renameio/v2"
)

// sample is what one process used for the machines that it evaluated.
type sample struct {
	Of       string        `json:"of"` // the flake's directory, and what was asked where that was not the system
	Machines int           `json:"machines"`
	Memory   int64         `json:"memory"` // bytes at most
	Elapsed  time.Duration `json:"elapsed"`
}

// history keeps the last samples, to know beforehand what an evaluation
// needs.
type history struct {
	dir string // "" remembers for this process only
	mu  sync.Mutex
	all []sample // the newest last; nil is not read yet
}

// samples is how many are kept.
const samples = 100

func (h *history) file() string { return filepath.Join(h.dir, "history.json") }

// of returns the samples of what was asked, the newest last.
func (h *history) of(what string) []sample {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.read()
	var of []sample
	for _, s := range h.all {
		if s.Of == what && s.Machines > 0 {
			of = append(of, s)
		}
	}
	return of
}

func (h *history) read() {
	if h.all != nil || h.dir == "" {
		return
	}
	h.all = []sample{}
	if text, err := os.ReadFile(h.file()); err == nil {
		_ = json.Unmarshal(text, &h.all)
	}
}

func (h *history) add(s sample) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.read()
	h.all = append(h.all, s)
	h.all = h.all[max(0, len(h.all)-samples):]
	if h.dir == "" || ensure(h.dir) != nil {
		return
	}
	if text, err := json.Marshal(h.all); err == nil {
		_ = renameio.WriteFile(h.file(), text, 0o600)
	}
}

// What a process needs as long as nothing is known: NixOS takes about so
// much, and machines of one process share the first part.
const (
	firstMemory   = 1 << 30
	machineMemory = 1 << 29
)

// memory returns the bytes that one process needs for n machines: what the
// sample nearest to n took, more machines in proportion. That is too much
// rather than too little.
func (h *history) memory(what string, n int) int64 {
	of := h.of(what)
	if len(of) == 0 {
		return firstMemory + int64(n)*machineMemory
	}
	s := nearest(of, n)
	return s.Memory * int64(max(n, s.Machines)) / int64(s.Machines)
}

// fits returns how many machines one process may take within the bytes, at
// least one.
func (h *history) fits(what string, bytes int64, most int) int {
	n := 1
	for n < most && h.memory(what, n+1) <= bytes {
		n++
	}
	return n
}

// elapsed returns the time that one process needs for n machines, 0 when it
// is not known.
func (h *history) elapsed(what string, n int) time.Duration {
	of := slices.DeleteFunc(h.of(what), func(s sample) bool { return s.Elapsed <= 0 }) // those that ended early
	if len(of) == 0 || n == 0 {
		return 0
	}
	s := nearest(of, n)
	if s.Machines >= n {
		return s.Elapsed
	}
	return time.Duration(int64(s.Elapsed) * int64(n) / int64(s.Machines))
}

// nearest returns the sample whose number of machines is the nearest to n,
// the newest of equals.
func nearest(of []sample, n int) sample {
	distance := func(s sample) int { return max(n-s.Machines, s.Machines-n) }
	reversed := slices.Clone(of)
	slices.Reverse(reversed)
	return slices.MinFunc(reversed, func(a, b sample) int { return distance(a) - distance(b) })
}
