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
	step  string
	lines []string
	count int // of steps so far
}

func (s *said) watch(step engine.Step) {
	text, line := word.Step(step), ""
	if step.Kind == engine.StepLog {
		line = word.LogLine(step)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	if text != "" {
		s.step = text
	}
	if line != "" {
		s.lines = append(s.lines, line)
	}
	if len(s.lines) > 2*saidLines {
		s.lines = slices.Clone(s.lines[len(s.lines)-saidLines:])
	}
}

// now returns what is being done, and the last lines of log; count tells
// whether that is new.
func (s *said) now() (step string, lines []string, count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.step, slices.Clone(s.lines[max(len(s.lines)-saidLines, 0):]), s.count
}
