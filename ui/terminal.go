package ui

import (
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/term"
)

// terminal is what the console reads keys from and writes frames to. Tests
// give it other things than a terminal: then there is no raw mode, and the
// size comes as a message.
type terminal struct {
	in      io.Reader
	out     io.Writer
	cooked  *term.State  // how the terminal was; nil while it is not raw
	written atomic.Int64 // bytes
	lent    atomic.Bool  // another program has it
}

func newTerminal(in io.Reader, out io.Writer) *terminal {
	t := &terminal{in: in, out: out}
	if t.in == nil {
		t.in = os.Stdin
	}
	if t.out == nil {
		t.out = os.Stdout
	}
	return t
}

// Write writes to the terminal.
func (t *terminal) Write(p []byte) (int, error) {
	n, err := t.out.Write(p)
	t.written.Add(int64(n))
	return n, err
}

// raw makes the terminal give every key as it is pressed.
func (t *terminal) raw() (err error) {
	if f := tty(t.in); f != nil && t.cooked == nil {
		t.cooked, err = term.MakeRaw(int(f.Fd()))
	}
	return err
}

// restore makes the terminal what it was before raw.
func (t *terminal) restore() {
	if f := tty(t.in); f != nil && t.cooked != nil {
		_ = term.Restore(int(f.Fd()), t.cooked)
		t.cooked = nil
	}
}

// tty is the file of a terminal, nil where it is none.
func tty(x any) *os.File {
	if f, ok := x.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// watchSize tells the program the terminal's size, now and whenever it
// changes, until release is called.
func (t *terminal) watchSize(p *tea.Program) (release func()) {
	f := tty(t.out)
	if f == nil {
		return func() {}
	}
	changes, ended := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(changes, syscall.SIGWINCH, syscall.SIGCONT)
	go func() {
		for {
			if w, h, err := term.GetSize(int(f.Fd())); err == nil {
				p.Send(tea.WindowSizeMsg{Width: w, Height: h})
			}
			select {
			case <-changes:
			case <-ended:
				return
			}
		}
	}()
	return func() { signal.Stop(changes); close(ended) }
}
