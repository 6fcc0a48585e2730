package cli

import (
	"sync"

	"assay/fleet/run/event"
)

// backlogged is how many lines of hosts and counts of bytes may wait to be
// shown.
const backlogged = 10_000

// backlog gives the events of a run to a sink from a goroutine of its own, so
// that hosts never wait for a terminal that was stopped or a program that
// reads slowly. While too much waits, what hosts print and how much was
// copied is left out; the record on disk has all of it.
type backlog struct {
	to event.Sink

	mu      sync.Mutex
	more    sync.Cond // something waits, or over
	waiting []event.Event
	minor   int // of those waiting, how many may be left out
	left    int // out
	over    bool
	done    chan struct{}
}

func newBacklog(to event.Sink) *backlog {
	b := &backlog{to: to, done: make(chan struct{})}
	b.more.L = &b.mu
	go b.show()
	return b
}

// Emit takes the event in and returns at once.
func (b *backlog) Emit(e event.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e.Body.(type) {
	case event.Log, event.HostProgress:
		if b.minor == backlogged {
			b.left++
			return
		}
		b.minor++
	}
	b.waiting = append(b.waiting, e)
	b.more.Signal()
}

// show gives on what waits until Close.
func (b *backlog) show() {
	defer close(b.done)
	for {
		b.mu.Lock()
		for len(b.waiting) == 0 && !b.over {
			b.more.Wait()
		}
		batch := b.waiting
		b.waiting, b.minor = nil, 0
		b.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		for _, e := range batch {
			b.to.Emit(e)
		}
	}
}

// Close waits until everything is shown and returns how many events were left
// out. Nothing may be emitted after it.
func (b *backlog) Close() (left int) {
	b.mu.Lock()
	b.over = true
	b.more.Signal()
	b.mu.Unlock()
	<-b.done
	return b.left
}
