package remote

import (
	"context"
	"sync"
)

// dialLimit is how many connections may be on their way to one address, or
// through one jump host, at the same time. sshd's MaxStartups by default
// begins to drop them at ten.
const dialLimit = 8

// gates bounds how many come to one place at once.
type gates struct {
	mu    sync.Mutex
	slots map[string]*slots
}

// enter waits for a place; leave gives it back.
func (g *gates) enter(ctx context.Context, place string) (leave func(), err error) {
	g.mu.Lock()
	if g.slots == nil {
		g.slots = map[string]*slots{}
	}
	s := g.slots[place]
	if s == nil {
		s = newSlots(dialLimit)
		g.slots[place] = s
	}
	g.mu.Unlock()
	if err := s.acquire(ctx); err != nil {
		return nil, context.Cause(ctx)
	}
	return sync.OnceFunc(s.release), nil
}
