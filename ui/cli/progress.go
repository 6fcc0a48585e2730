package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress shows how far a long step is, on one line of a terminal that it
// clears at the end. Away from a terminal it says nothing.
type progress struct {
	mu    sync.Mutex
	out   io.Writer // nil says nothing
	verb  string
	done  int
	total int
	shown time.Time
}

// shownEvery bounds how often the line is drawn.
const shownEvery = 50 * time.Millisecond

func (a *app) progress(verb string, total int) *progress {
	p := &progress{verb: verb, total: total}
	if file, ok := a.env.Stderr.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.out = file
	}
	return p
}

// step counts one more as done. It may be called from several goroutines.
func (p *progress) step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.out == nil || time.Since(p.shown) < shownEvery {
		return
	}
	p.shown = time.Now()
	fmt.Fprintf(p.out, "\r\x1b[K%s %d/%d", p.verb, p.done, p.total)
}

// clear removes the line.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out != nil && !p.shown.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// interruptible returns a context that the first ctrl-c ends: for commands
// that change nothing. The second one ends the process. After release ctrl-c
// is somebody else's; a context that was not ended goes on.
func (a *app) interruptible(ctx context.Context) (_ context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	presses, deaf := a.env.listen()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-presses:
			cancel(withCode(exitDeclined, errInterrupted))
			deaf()
		case <-done:
			deaf()
			select {
			case <-presses: // it came just before
				cancel(withCode(exitDeclined, errInterrupted))
			default:
			}
		}
	}()
	return ctx, func() { close(done); <-ended }
}
