package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"assay/fleet/engine"
	screen "assay/ui/term"
	"assay/ui/word"
)

// progress shows how far a long step is: on one line of a terminal, which is gone
// at the end, and away from a terminal, where there is a file, on a line of its own
// after every half minute.
type progress struct {
	mu       sync.Mutex
	out      io.Writer // nil says nothing
	terminal bool
	width    func() int  // columns of the terminal
	asking   *sync.Mutex // held while a question is on the terminal
	verb     string
	done     int
	total    int
	now      string // what is being done, as the engine said last
	began    time.Time
	about    time.Duration // that it may take; 0 is not known
	shown    time.Time
	there    bool // the line is on the terminal
	again    *time.Timer
	over     bool
	ended    func() // called once it is over
}

// patient is how long something takes before it is worth saying.
const patient = 2 * time.Second

// shownEvery bounds how often the line is drawn.
const shownEvery = 50 * time.Millisecond

// How often something is said while nothing happens.
const (
	drawnAgain = time.Second
	saidAgain  = 30 * time.Second
)

// progress begins to show what is to be done, until end is called.
func (a *app) progress(verb string, total int) *progress {
	p := &progress{verb: verb, total: total, began: time.Now(), asking: &a.asking}
	if file, ok := a.env.Stderr.(*os.File); ok && !a.inConsole.Load() {
		p.out, p.terminal = file, term.IsTerminal(int(file.Fd()))
		p.width = func() int {
			columns, _, _ := term.GetSize(int(file.Fd()))
			return columns
		}
		former := a.shown.Swap(p)
		p.ended = func() { a.shown.Store(former) }
	}
	p.start()
	return p
}

// above writes to a terminal, without the line of what is in progress, if there
// is one.
type above struct {
	app *app
	out io.Writer
}

func (w above) Write(b []byte) (int, error) {
	if p := w.app.shown.Load(); p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.clear()
	}
	return w.out.Write(b)
}

// start has it said again and again what goes on, until end is called.
func (p *progress) start() {
	if p.out == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	every := saidAgain
	if p.terminal {
		every = drawnAgain
	}
	p.again = time.AfterFunc(every, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch {
		case p.over:
			return
		case p.terminal:
			p.draw()
		default:
			fmt.Fprintln(p.out, p.line())
		}
		p.again.Reset(every)
	})
}

// waiting shows what is waited for where nothing is counted.
func (a *app) waiting(verb string) *progress {
	p := a.progress(verb, 0)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw()
	return p
}

// watch shows what an engine says that it does.
func (p *progress) watch(s engine.Step) {
	text := word.Step(s)
	if text == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = text
	p.draw()
}

// expect sets how long it may take.
func (p *progress) expect(about time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.about = about
}

// step counts one more as done. It may be called from several goroutines.
func (p *progress) step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.draw()
}

// draw draws the line of a terminal unless that was done a moment ago, or a
// question stands there.
func (p *progress) draw() {
	if !p.terminal || p.over || time.Since(p.shown) < shownEvery || !p.asking.TryLock() {
		return
	}
	defer p.asking.Unlock()
	p.shown, p.there = time.Now(), true
	line := p.line()
	if wide := p.width(); wide > 0 {
		line = screen.Cut(line, wide-1, "…")
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", line)
}

// line says how far it is.
func (p *progress) line() string {
	line := p.verb
	if p.total > 0 {
		line = fmt.Sprintf("%s %d/%d", p.verb, p.done, p.total)
	}
	if gone := time.Since(p.began); gone >= patient {
		line += ", " + word.Elapsed(gone)
		if p.about > gone {
			line += " of about " + word.Elapsed(p.about)
		}
	}
	if p.now != "" {
		line += ": " + p.now
	}
	return screen.Clean(line)
}

// clear removes the line until it is drawn again.
func (p *progress) clear() {
	if p.there {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.there = false
	}
}

// end removes the line. Nothing is shown after it.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	if p.again != nil {
		p.again.Stop()
	}
	if p.ended != nil && !p.over {
		p.ended()
	}
	p.over = true
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
