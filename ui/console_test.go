package ui

import (
	"context"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet"
	"assay/fleet/fleetfile"
)

func TestFirstLook(t *testing.T) {
	operate(t, func(c *console) {
		c.see("vanadinite", "8 machines", "scheelite", "handshake deadline", "1 machines", "? help", "q quit")
		c.press("q")
		if !c.quit {
			t.Error("q does not quit")
		}
	})
}

func TestHistoryAndBreadcrumb(t *testing.T) {
	operate(t, func(c *console) {
		c.press("enter")
		c.see("machines → scheelite")
		c.press("2", "3")
		c.see(" layers ")
		c.press("[", "[")
		c.see("machines → scheelite")
		c.press("]")
		c.see(" aspects ")
		c.press("[", "esc")
		c.missing("→ scheelite")
		for range 5 {
			c.press("esc")
		}
		if c.quit {
			t.Error("esc quits")
		}
		c.see(" machines ")
	})
}

func TestMarksOutliveFilterViewAndRefresh(t *testing.T) {
	operate(t, func(c *console) {
		c.press("space")
		c.press("/", "c", "i", "n", "n", "enter")
		c.press("2", "1", "R")
		c.pass(time.Second)
		c.press("esc")
		c.see("1 marked")
	})
}

func TestUpdate(t *testing.T) {
	operate(t, func(c *console) {
		c.press("/", "s", "t", "i", "b", "enter", "D")
		c.see("machines → plan", "Nothing has happened yet")
		c.press("A")
		c.see("Cancel", "Update 1 machine")
		c.press("enter") // Cancel has the focus
		if len(c.s.applied) != 0 {
			t.Fatal("enter alone applied the plan")
		}
		c.press("A", "tab", "enter")
		c.see("The run is over: 1 updated", "stibnite")
		if len(c.s.applied) != 1 || len(c.s.applied[0].Hosts) != 1 {
			t.Fatalf("applied %v", c.s.applied)
		}
		c.press("enter")
		c.see("text of stibnite")
		c.missing("\x1b]", "aGk")
	})
}

func TestRunGoesOnBehindOtherViews(t *testing.T) {
	operate(t, func(c *console) {
		c.press("D", "A", "tab", "enter")
		c.pass(time.Second)
		held := make(chan struct{})
		c.s.held = held
		c.press("1", "/", "r", "o", "s", "e", "enter", "D")
		c.press("esc")
		close(held)
		c.see(" machines ")
	})
}

func TestCancelOnceAndTwice(t *testing.T) {
	operate(t, func(c *console) {
		c.press("j", "j", "j", "D")
		c.see("Nothing has happened yet")
		held := make(chan struct{})
		c.s.held = held
		c.press("A", "tab", "enter")
		c.see("→ run", "activating")
		c.press("2")
		c.see(" aspects ", "run 0/1") // it goes on
		c.press(".")
		c.press("q")
		c.see("A run goes on", "Cancel")
		c.press("esc")
		c.press("ctrl+c")
		c.see("Stopping")
		if c.s.stopped != 1 {
			t.Errorf("stopped %d", c.s.stopped)
		}
		c.press("ctrl+c")
		c.see("The run is over")
		if c.s.stopped != 2 || c.quit {
			t.Errorf("stopped %d, quit %v", c.s.stopped, c.quit)
		}
	})
}

func TestLeavingWaitsForTheRun(t *testing.T) {
	operate(t, func(c *console) {
		c.press("j", "j", "j", "D")
		held := make(chan struct{})
		c.s.held = held
		c.press("A", "tab", "enter", "q", "tab", "enter")
		c.see("Stopping")
		if c.quit {
			t.Fatal("left while a step was running")
		}
		close(held)
		c.settle()
		if !c.quit {
			t.Error("the run is over and the console is still there")
		}
	})
}

func TestPlanningCanBeStopped(t *testing.T) {
	operate(t, func(c *console) {
		c.s.held = make(chan struct{})
		c.press("*", "D")
		c.see("asking")
		c.press("ctrl+c")
		c.see("Planning was stopped; nothing was changed")
		if c.quit {
			t.Error("ctrl+c quit instead")
		}
	})
}

func TestReadOnlySaysWhy(t *testing.T) {
	operate(t, func(c *console) {
		c.see("read-only")
		c.press("D")
		c.see("D plan: read-only: started with --read-only")
		c.missing("Nothing has happened yet")
	}, func(o *Options) { o.ReadOnly = "read-only: started with --read-only" })
}

func TestNoHosts(t *testing.T) {
	operate(t, func(c *console) {
		c.see("8 not asked")
		if c.s.asked != 0 {
			t.Error("hosts were asked")
		}
		c.press("D")
		c.missing("machines → plan")
	}, func(o *Options) { o.NoHosts = "this console reaches no hosts" })
}

func TestSmallTerminal(t *testing.T) {
	operate(t, func(c *console) {
		for _, size := range [][2]int{{59, 30}, {100, 11}, {1, 1}, {5, 3}} {
			c.page.w, c.page.h = size[0], size[1]
			c.page.bottom = size[1] - 1
			c.page.clear()
			c.take(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			c.settle()
		}
		c.page.w, c.page.h, c.page.bottom = 60, 12, 11
		c.page.clear()
		c.take(tea.WindowSizeMsg{Width: 60, Height: 12})
		c.see("vanadinite", "scheelite")
	})
}

func TestPasteIsNoKeys(t *testing.T) {
	operate(t, func(c *console) {
		c.take(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("qDA"), Paste: true})
		c.settle()
		if c.quit || c.at.top().Title() != "machines" {
			t.Error("a paste was taken for keys")
		}
		c.press("/")
		c.take(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("stib\nnite\x1b[2J"), Paste: true})
		c.see("/stib")
	})
}

func TestKeysThatComeTogether(t *testing.T) {
	operate(t, func(c *console) {
		c.take(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jj?")})
		c.see("What works here")
	})
}

func TestEscapeBeforeAKey(t *testing.T) {
	operate(t, func(c *console) {
		c.press("enter")
		c.see("machines → scheelite")
		c.take(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("?"), Alt: true})
		c.missing("→ scheelite")
		c.see("What works here")
	})
}

func TestErrorsStayUntilClosed(t *testing.T) {
	operate(t, func(c *console) {
		c.say(failed("Something", errText("first line\nsecond line")))
		c.pass(time.Minute)
		c.see("Something: first line", "! all of it")
		c.press("!")
		c.see("second line")
		c.press("esc", "esc")
		c.missing("Something: first line")
		c.say(notice("by the way"))
		c.see("by the way")
		c.pass(5 * time.Second)
		c.missing("by the way")
	})
}

type errText string

func (e errText) Error() string { return string(e) }

func TestRefreshIsNotWhileARunGoesOn(t *testing.T) {
	operate(t, func(c *console) {
		c.pass(90 * time.Second)
		if c.s.asked != 2 {
			t.Errorf("hosts were asked %d times in 90 s", c.s.asked)
		}
		c.press("j", "j", "j", "D")
		c.s.held = make(chan struct{})
		c.press("A", "tab", "enter")
		asked := c.s.asked
		c.pass(5 * time.Minute)
		if c.s.asked != asked {
			t.Error("hosts were asked while a run changes them")
		}
	}, func(o *Options) { o.Refresh = time.Minute })
}

// TestNothingIsPaintedWhenNothingChanges is what keeps an idle console cheap.
func TestNothingIsPaintedWhenNothingChanges(t *testing.T) {
	operate(t, func(c *console) {
		c.press("2")
		c.pass(10 * time.Second)
		before := c.out.written.Load()
		c.pass(time.Minute)
		if n := c.out.written.Load() - before; n > 0 {
			t.Errorf("%d bytes were written in an idle minute", n)
		}
	})
}

// TestFleetThatCannotBeReadAnyMore: what is in memory is not what the files
// say, so nothing is planned from it.
func TestFleetThatCannotBeReadAnyMore(t *testing.T) {
	broken := fleetfile.Errors{{At: fleet.Pos{File: "fleet.toml", Line: 7}, Severity: fleet.Error, Text: "no such tag"}}
	var again error = broken
	operate(t, func(c *console) {
		c.press("R")
		c.see("the fleet cannot be read")
		c.press("D")
		c.see("D plan: the fleet's files cannot be read: 6 says why, R reads them anew")
		c.missing("machines → plan")
		c.press("6")
		c.see("fleet.toml:7", "no such tag")
		again = nil
		c.press("R", "1", "j", "j", "j", "D")
		c.see("machines → plan")
		c.missing("the fleet cannot be read")
	}, func(o *Options) {
		s := o.Session
		o.Reopen = func(context.Context) (Session, error) { return s, again }
	})
}

func TestPaletteOffersWhatIsReadWhileItIsOpen(t *testing.T) {
	operate(t, func(c *console) {
		c.press(":", "n", "c", "d", "u")
		c.see("ncdu", "package")
		c.press("enter")
		c.see("layers", "hotfixes")
	})
}

func TestKeysThatDoNothingSaySo(t *testing.T) {
	operate(t, func(c *console) {
		c.press("2", "A")
		c.see("A apply: only in plan")
		c.press("=")
		c.see("= does nothing; ? shows what does")
		c.press("1")
		c.missing("does nothing")
	})
}

func TestInterruptClosesWhatIsOpen(t *testing.T) {
	operate(t, func(c *console) {
		for _, open := range []string{"?", ":", "/"} {
			c.press(open, "ctrl+c")
			if c.quit || c.dialog != nil || c.typing() != nil {
				t.Fatalf("after %s: quit %v", open, c.quit)
			}
		}
		c.press("ctrl+c")
		if !c.quit {
			t.Error("with nothing open it quits")
		}
	})
}
