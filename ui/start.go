package ui

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	tea "github.com/charmbracelet/bubbletea"
)

// leaveMsg asks the console to end as a supervisor or a closed terminal does.
type leaveMsg struct{}

// Run shows the console until the operator leaves it. Ending ctx abandons a
// run that goes on.
func Run(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := New(ctx, o)
	err := show(ctx, m, m.out, &m.screen)
	cancel()
	m.run.wait() // a run that was abandoned still has its end recorded
	return err
}

// show runs a model that paints the screen itself.
func show(ctx context.Context, m tea.Model, t *terminal, s *screen) error {
	p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(t.in), tea.WithOutput(t.out), tea.WithoutRenderer(), tea.WithoutSignalHandler())
	defer watchSignals(p)()
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	defer t.watchSize(p)()
	_, err := p.Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}

// watchSignals tells the console about signals that ask a process to end.
func watchSignals(p *tea.Program) (release func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case <-signals:
				p.Send(leaveMsg{})
			case <-ended:
				return
			}
		}
	}()
	return func() { signal.Stop(signals); close(ended) }
}
