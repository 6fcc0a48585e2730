package ui

import (
	"slices"
	"sync"
	"sync/atomic"

	"assay/fleet/engine"
	"assay/ui/word"
)

// counter counts what others have done, for the tick to look at.
type counter struct{ n atomic.Int64 }

func (c *counter) add()     { c.n.Add(1) }
func (c *counter) now() int { return int(c.n.Load()) }

// saidLines is how many lines of what an engine says are kept while it works.
const saidLines = 200

// said keeps what an engine says last, for the tick to look at.
type said struct {
	mu    sync.Mutex
	last  heard
	lines []string
}

// heard is what an engine has said so far.
type heard struct {
	count         int    // of steps
	phase, step   string // what it is at, in a word and in a few
	built, builds int64
}

func (s *said) watch(step engine.Step) {
	text, phase, line := word.Step(step), word.StepPhase(step), ""
	if step.Kind == engine.StepLog {
		line = word.LogLine(step)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last.count++
	if step.Kind == engine.StepTotal {
		s.last.built, s.last.builds = step.Done, step.Total
	} else if text != "" {
		s.last.step = text
	}
	if phase != "" {
		s.last.phase = phase
	}
	if line != "" {
		s.lines = append(s.lines, line)
	}
	if len(s.lines) > 2*saidLines {
		s.lines = slices.Clone(s.lines[len(s.lines)-saidLines:])
	}
}

// now returns what was said, and the last lines of log; its count tells
// whether that is new.
func (s *said) now() (heard, []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last, slices.Clone(s.lines[max(len(s.lines)-saidLines, 0):])
}
