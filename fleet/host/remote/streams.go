package remote

import (
	"errors"
	"io"
	"strings"
	"sync"

	"assay/fleet/host"
)

// errCut stops reading what nobody waits for, so that flow control stops a
// host that goes on sending.
var errCut = errors.New("nobody reads this any more")

// gate is a writer that can be closed: nothing passes it afterwards. When
// the writer behind it fails, the gate says so and closes.
type gate struct {
	mu     sync.Mutex
	to     io.Writer // nil discards
	fail   func(error)
	closed bool
}

func (g *gate) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return 0, errCut
	case g.to == nil:
		return len(p), nil
	}
	if _, err := g.to.Write(p); err != nil {
		g.closed = true
		g.fail(err)
	}
	return len(p), nil
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// The bounds of what an ExitError quotes of standard error.
const (
	tailLines = 8
	tailWidth = 400 // bytes of one line
)

// tail keeps the last lines of standard error.
type tail struct {
	*host.LineWriter
	lines []string
}

func newTail() *tail {
	t := new(tail)
	t.LineWriter = host.NewLineWriter(tailWidth, func(line string) {
		if line = strings.TrimSpace(line); line == "" {
			return
		}
		if len(t.lines) == tailLines {
			t.lines = append(t.lines[:0], t.lines[1:]...)
		}
		t.lines = append(t.lines, line)
	})
	return t
}

// String ends the last line and joins what was kept.
func (t *tail) String() string {
	t.Flush()
	return strings.Join(t.lines, "; ")
}
