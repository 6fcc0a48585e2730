package remote

import (
	"context"
	"sync"
	"time"
)

// personLimit is how long a person may take to answer or to touch a key.
// sshd by default gives up on who has not logged in after as long.
const personLimit = 2 * time.Minute

// clock is a deadline that stands still while a person is waited for.
type clock struct {
	mu     sync.Mutex
	timer  *time.Timer
	left   time.Duration // when the clock stands still
	since  time.Time     // when it began to run
	asking int
}

// newClock returns a context that ends after limit, with the cause
// context.DeadlineExceeded, and the clock that counts it.
func newClock(ctx context.Context, limit time.Duration) (context.Context, *clock, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	c := &clock{left: limit, since: time.Now()}
	c.timer = time.AfterFunc(limit, func() { cancel(context.DeadlineExceeded) })
	return ctx, c, func() {
		c.timer.Stop()
		cancel(context.Canceled)
	}
}

// hold stops the clock, for personLimit at most, until resume is called.
func (c *clock) hold() (resume func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asking++; c.asking == 1 && c.timer.Stop() {
		c.left -= time.Since(c.since)
		c.timer.Reset(personLimit)
	}
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.asking--; c.asking == 0 && c.timer.Stop() {
			c.since = time.Now()
			c.timer.Reset(max(c.left, 0))
		}
	})
}
