package ui

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet/run/event"
	"assay/ui/word"
)

// leaveMsg asks the console to end as a supervisor or a closed terminal does.
type leaveMsg struct{}

// Ended is what a console leaves behind that ran something: its last run.
type Ended struct {
	Run     string           // its id; "" where nothing was run
	Outcome event.RunOutcome // "" where not even that is known
	Text    string           // "7 updated, 1 unreachable"
	Left    bool             // the console was left while it went on, which stopped it
}

// Run shows the console until the operator leaves it. Ending ctx abandons a
// run that goes on.
func Run(ctx context.Context, o Options) (Ended, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := New(ctx, o)
	err := show(ctx, m, m.out, &m.screen)
	cancel()
	if o.Asking != nil {
		o.Asking.end()
	}
	m.run.wait() // a run that was abandoned still has its end recorded
	return m.lastRun(), err
}

func (m *Model) lastRun() Ended {
	r := m.k.Open[m.k.Current]
	if r == nil {
		return Ended{}
	}
	e := Ended{Run: r.ID, Left: m.leaving || !r.Over}
	snapshot := r.State.Snapshot()
	e.Text = word.Outcomes(snapshot.Started, snapshot.Outcomes)
	if snapshot.Finished != nil {
		e.Outcome = snapshot.Finished.Outcome
	}
	return e
}

// show runs a model that paints the screen itself.
func show(ctx context.Context, m tea.Model, t *terminal, s *screen) error {
	defer moreProcessors()()
	p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(t.in), tea.WithOutput(t.out), tea.WithoutRenderer(), tea.WithoutSignalHandler())
	defer watchSignals(p, t)()
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if f := tty(t.in); f != nil {
		discard(int(f.Fd()))
	}
	defer t.watchSize(p)()
	_, err := p.Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}

// watchSignals tells the console about signals that ask a process to end. An
// interrupt that comes while another program has the terminal is for that one:
// ctrl+c in a pager reaches everybody who was started from this terminal.
func watchSignals(p *tea.Program, t *terminal) (release func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				if s != os.Interrupt || !t.lent.Load() {
					p.Send(leaveMsg{})
				}
			case <-ended:
				return
			}
		}
	}()
	return func() { signal.Stop(signals); close(ended) }
}

// leastProcessors is how many goroutines may run at a time.
const leastProcessors = 4

// moreProcessors lets Go run as many goroutines as are needed for a key to be
// answered at once. A goroutine that waits in a system call, such as for a key
// or for the terminal to take a frame, keeps its processor for up to 10 ms;
// on a computer of two, a key would wait that long several times over while a
// run prints (BENCHMARKS.md). What operators ask for with GOMAXPROCS holds.
func moreProcessors() (restore func()) {
	was := runtime.GOMAXPROCS(0)
	if was >= leastProcessors || os.Getenv("GOMAXPROCS") != "" {
		return func() {}
	}
	runtime.GOMAXPROCS(leastProcessors)
	return func() { runtime.GOMAXPROCS(was) }
}
