package remote

import (
	"context"
	"slices"
	"sync"
)

// slots bounds the sessions of one connection. Unlike a channel of tokens it
// can shrink: sshd's MaxSessions is known only when it refuses.
type slots struct {
	mu      sync.Mutex
	limit   int
	used    int
	tight   bool            // the host has refused a session
	waiting []chan struct{} // closed when the slot is theirs
}

func newSlots(limit int) *slots { return &slots{limit: limit} }

// acquire waits for a slot, first come first served.
func (s *slots) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if s.used < s.limit && len(s.waiting) == 0 {
		s.used++
		s.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	s.waiting = append(s.waiting, turn)
	s.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.waiting, turn); i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
	} else { // it became ours meanwhile
		s.used--
		s.wake()
	}
	return ctx.Err()
}

func (s *slots) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used--
	s.wake()
}

// refused gives a slot back that the host had no session for, and lowers the
// limit to what the host has shown to allow. It reports false when no other
// session is open: then waiting does not help.
func (s *slots) refused() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used--
	s.tight = true
	if s.used == 0 {
		s.wake()
		return false
	}
	s.limit = min(s.limit, s.used)
	return true
}

// scarce reports whether the host has ever refused a session.
func (s *slots) scarce() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tight
}

// wake hands free slots to those who wait.
func (s *slots) wake() {
	for s.used < s.limit && len(s.waiting) > 0 {
		s.used++
		close(s.waiting[0])
		s.waiting = s.waiting[1:]
	}
}
