package ui

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/view"
)

// BenchmarkBytes is how many bytes a frame takes on its way to the terminal:
// as the console writes it, and as Bubble Tea's renderer would.
func BenchmarkBytes(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {160, 48}} {
		for _, f := range []struct {
			name  string
			begin func(c *bench) func(n int)
		}{
			{"cursor moved", func(c *bench) func(int) {
				return func(n int) { c.press([]string{"j", "k"}[n/15%2]) }
			}},
			{"page of machines", func(c *bench) func(int) {
				return func(n int) { c.press([]string{"pgdown", "pgup"}[n/40%2]) }
			}},
			{"line of a followed log", func(c *bench) func(int) { return c.follow(1) }},
			{"page of a followed log", func(c *bench) func(int) { return c.follow(100) }},
			{"whole screen", func(c *bench) func(int) {
				return func(n int) { c.screen.forget(); c.press([]string{"j", "k"}[n%2]) }
			}},
		} {
			b.Run(fmt.Sprintf("%s/%dx%d", f.name, size[0], size[1]), func(b *testing.B) {
				c := seat(b, 5000, size[0], size[1])
				frame := f.begin(c)
				c.look()
				before := c.out.written.Load()
				var frames []string
				for b.Loop() {
					frame(len(frames))
					frames = append(frames, c.draw())
				}
				ours := float64(c.out.written.Load()-before) / float64(len(frames))
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(ours, "B/frame")
				if f.name != "whole screen" {
					b.ReportMetric(replayed(b, frames, size[0], size[1]), "tea-B/frame")
				}
			})
		}
	}
}

// follow shows the log of a run that goes on, of which so many lines come
// between two frames.
func (c *bench) follow(lines int) func(int) {
	e := c.running(10_000)
	c.goTo(view.Link{Place: view.Logs, Name: c.k.Current})
	return func(int) {
		for range lines {
			e.line()
		}
		c.look()
	}
}

// replayed is how many bytes Bubble Tea's renderer writes for a frame.
func replayed(b *testing.B, frames []string, w, h int) float64 {
	out := &tally{}
	p := tea.NewProgram(replay(""), tea.WithContext(b.Context()), tea.WithInput(nil), tea.WithOutput(out), tea.WithAltScreen(), tea.WithFPS(120), tea.WithoutSignalHandler())
	ended := make(chan struct{})
	go func() { defer close(ended); _, _ = p.Run() }()
	p.Send(tea.WindowSizeMsg{Width: w, Height: h})
	show := func(f string) {
		was := out.n.Load()
		p.Send(replay(f))
		for until := time.Now().Add(time.Second); out.n.Load() == was && time.Now().Before(until); {
			time.Sleep(time.Millisecond)
		}
	}
	show(frames[0])
	time.Sleep(50 * time.Millisecond) // what it writes at the beginning
	before := out.n.Load()
	frames = frames[1:min(len(frames), 101)]
	for _, f := range frames {
		show(f)
	}
	n := out.n.Load() - before
	p.Quit()
	<-ended
	return float64(n) / float64(max(len(frames), 1))
}

// replay is a model that shows frames.
type replay string

func (r replay) Init() tea.Cmd { return nil }
func (r replay) View() string  { return string(r) }
func (r replay) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if next, ok := msg.(replay); ok {
		return next, nil
	}
	return r, nil
}

// tally counts bytes.
type tally struct{ n atomic.Int64 }

func (t *tally) Write(p []byte) (int, error) {
	t.n.Add(int64(len(p)))
	return len(p), nil
}
