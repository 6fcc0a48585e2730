package ui

import (
	"context"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// listener is a model that hears when it is asked to end.
type listener struct {
	ready chan struct{}
	asked chan struct{}
}

func (l listener) Init() tea.Cmd { close(l.ready); return nil }
func (l listener) View() string  { return "" }

func (l listener) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(leaveMsg); ok {
		l.asked <- struct{}{}
	}
	return l, nil
}

// TestInterruptIsForWhoHasTheTerminal sends this process what ctrl+c in a
// pager sends to everybody.
func TestInterruptIsForWhoHasTheTerminal(t *testing.T) {
	in, keys := io.Pipe()
	defer keys.Close()
	ctx, cancel := context.WithCancel(t.Context())
	l := listener{make(chan struct{}), make(chan struct{}, 10)}
	out := newTerminal(in, io.Discard)
	ended := make(chan error)
	go func() { ended <- show(ctx, l, out, &screen{out: out}) }()
	<-l.ready
	asked := func(s os.Signal) bool {
		if err := syscall.Kill(os.Getpid(), s.(syscall.Signal)); err != nil {
			t.Fatal(err)
		}
		select {
		case <-l.asked:
			return true
		case <-time.After(200 * time.Millisecond):
			return false
		}
	}
	out.lent.Store(true)
	if asked(os.Interrupt) {
		t.Error("the console ends because a pager was interrupted")
	}
	out.lent.Store(false)
	if !asked(os.Interrupt) {
		t.Error("the console does not hear of an interrupt")
	}
	out.lent.Store(true)
	if !asked(syscall.SIGTERM) {
		t.Error("the console does not hear that it is asked to end")
	}
	cancel()
	<-ended
}
