package ui

import (
	"testing"
	"time"
)

// Ctrl+c that was meant for the planning, and comes when that is over, does
// not lose the plan, nor the console.
func TestLeavingWithAPlanAsks(t *testing.T) {
	operate(t, func(c *console) {
		c.press("j", "j", "j", "D")
		c.see("Nothing has happened yet")
		c.press("ctrl+c")
		c.see("Leave without applying the plan?", "Cancel")
		c.press("enter") // Cancel has the focus
		c.missing("Leave without applying")
		c.press("q")
		c.see("Leave without applying the plan?")
		c.press("esc")
		if c.quit {
			t.Fatal("left without an answer")
		}
		c.press("ctrl+c", "ctrl+c")
		if !c.quit {
			t.Error("ctrl+c again is no answer")
		}
	})
	operate(t, func(c *console) {
		c.press("j", "j", "j", "D")
		c.press("q", "tab", "enter")
		if !c.quit {
			t.Error("the answer is leave, and the console is still there")
		}
	})
	operate(t, func(c *console) {
		c.press("j", "j", "j", "D", "1", "q") // a plan that nobody looks at
		if !c.quit {
			t.Error("the plan is not on the screen")
		}
	})
}

func TestLeavingWhilePlanningAsks(t *testing.T) {
	operate(t, func(c *console) {
		c.s.held = make(chan struct{})
		c.press("D", "1", "q")
		c.see("A plan is being made", "Stop planning and leave")
		c.press("esc", "ctrl+c")
		c.see("Planning was stopped")
		c.press("ctrl+c") // once too often
		c.see("Nothing is being planned any more; q leaves")
		if c.quit {
			t.Fatal("a second ctrl+c for the planning quits")
		}
		c.pass(4 * time.Second)
		c.press("ctrl+c")
		if !c.quit {
			t.Error("with nothing to stop it quits")
		}
	})
}
