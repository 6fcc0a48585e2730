package ui

import "testing"

// Hosts that are being asked while a run changes them are asked again when it
// is over: what they said may be from before.
func TestChangedHostsAreAskedAgain(t *testing.T) {
	operate(t, func(c *console) {
		c.press("down", "down", "down", "D")
		c.see("Nothing has happened yet")
		c.press("1")
		held := make(chan struct{})
		c.s.held = held
		c.press("R")
		asked := c.s.asked
		c.s.held = nil
		c.start(c.apply(nil))
		c.see("The run is over")
		if c.s.asked != asked {
			t.Fatalf("asked %d times more while others are being asked", c.s.asked-asked)
		}
		close(held)
		c.settle()
		if c.s.asked != asked+1 {
			t.Errorf("asked %d times after the run, want once", c.s.asked-asked)
		}
	})
}

// Stopping a plan that is made behind another view leaves that view alone.
func TestPlanningStoppedFromElsewhere(t *testing.T) {
	operate(t, func(c *console) {
		c.s.held = make(chan struct{})
		c.press("D")
		c.see("0 of 1 machine")
		c.press("1", "enter")
		where := c.at.top().Link()
		c.press("ctrl+c")
		c.see("Planning was stopped")
		if got := c.at.top().Link(); got != where {
			t.Errorf("at %v, was at %v", got, where)
		}
	})
}
