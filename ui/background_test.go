package ui

import (
	"context"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet/run/event"
	"assay/fleet/run/plan"
)

// A panic in the background is one of the model, with its own trace, once the
// terminal is as it was.
func TestPanicInBackground(t *testing.T) {
	operate(t, func(c *console) {
		msg := background(func() answer { return broken() })()
		defer func() {
			if r, _ := recover().(string); !strings.Contains(r, "out of order") || !strings.Contains(r, "ui.broken") {
				t.Errorf("recovered %q", r)
			}
			if c.screen.there {
				t.Error("the terminal was not given back")
			}
		}()
		c.Update(msg)
	})
}

func broken() answer { panic("out of order") }

type panicking struct{ *scripted }

func (panicking) Apply(context.Context, *plan.Plan, string, <-chan struct{}, event.Sink) error {
	panic("out of order")
}

// Nobody waits for a run that can end no more: its command was not started
// before the console ended, or it has failed badly.
func TestWaitEnds(t *testing.T) {
	apply := func(c *console) tea.Cmd {
		c.press("down", "down", "down", "D")
		c.see("Nothing has happened yet")
		return c.apply(nil)
	}
	operate(t, func(c *console) {
		cmd := apply(c)
		c.run.wait()
		if msg := cmd(); msg != nil || len(c.s.applied) > 0 {
			t.Errorf("the run began all the same: %v", msg)
		}
	})
	operate(t, func(c *console) {
		c.Model.s = panicking{c.s}
		apply(c)()
		c.run.wait()
	})
}
