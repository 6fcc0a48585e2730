package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"assay/ui/action"
)

// planned shows a plan of argentum or, once that is updated, of another one.
func (c *console) planned() { c.plan("argentum") }

func (c *console) plan(name string) {
	c.machine(name)
	c.keys("D")
	c.see("→ plan", "Nothing has happened yet")
}

// planning has a plan being made, of a host that says nothing for some time.
func (c *console) planning() {
	c.machine("scheelite")
	c.keys("D")
	c.see("→ plan", "Planning changes nothing")
}

// confirmation asks about a plan of one machine.
func (c *console) confirmation() {
	c.planned()
	c.keys("A")
	c.see("▌[ Cancel ]", "[ Update 1 machine ]")
}

// running has a run that goes on for long.
func (c *console) running() {
	c.plan("stibnite-8")
	c.keys("A")
	c.see("▌[ Cancel ]")
	c.keys("tab")
	c.see("▌[ Update 1 machine ]")
	c.keys("enter")
	c.see("→ run", "activating")
}

// following shows the log of a run that goes on, of a host that is done and
// one that takes long.
func (c *console) following() {
	c.quick++
	c.home()
	c.keys("/")
	c.typed(fmt.Sprintf("blackphos-%d,stibnite-8", 4+c.quick))
	c.see("2 of 60")
	c.keys("enter")
	c.see("q quit")
	c.keys("*")
	c.see("2 marked")
	c.keys("D")
	c.see("→ plan", "Nothing has happened yet")
	c.keys("A")
	c.see("▌[ Cancel ]")
	c.keys("tab")
	c.see("▌[ Update 2 machines ]")
	c.keys("enter")
	c.see("→ run", "activating", "updated")
	c.keys("L")
	c.see("→ logs", "generation 2", "following")
}

// abandon ends the run that goes on.
func (c *console) abandon() {
	c.t.Helper()
	c.escape()
	c.keys(".")
	c.see("→ run ")
	if !strings.Contains(c.screen(), "Stopping") {
		c.keys("c")
		c.see("Stopping")
	}
	c.keys("c")
	c.see("Abandon the run?", "▌[ Cancel ]")
	c.keys("tab")
	c.see("▌[ Abandon")
	c.keys("enter")
	c.see("The run is over")
}

// ranOnce sees to it that this console has had a run.
func (c *console) ranOnce() {
	c.running()
	c.abandon()
	c.home()
}

func runChecks() map[action.ID][]check {
	plan, run, logs := action.Plan, action.Run, action.Logs
	return map[action.ID][]check{
		action.Apply: {{plan, (*console).planned, func(c *console, press func()) {
			shows("▌[ Cancel ]", "[ Update 1 machine ]")(c, press)
			c.keys("enter")
			c.await("nothing done", hides("Cancel"))
			c.see("Nothing has happened yet")
		}}},
		action.Goal: {{plan, (*console).planned, func(c *console, press func()) {
			shows("How far to go", "switch", "test", "dry-activate", "build")(c, press)
			c.keys("G", "enter")
			c.see("Nothing has happened yet", "build:")
		}}},
		action.Leave: {{plan, func(c *console) {
			c.marked()
			c.keys("space")
			c.see("2 marked")
			c.keys("D")
			c.see("Nothing has happened yet", "● argentum ")
		}, shows("left out by you; space takes it in again")}},
		action.SavePlan: {{plan, (*console).planned, func(c *console, press func()) {
			press()
			c.written("plan-*.json", "argentum")
			c.said("Saved the plan as " + c.dir + "/plan-")
		}}},
		action.Stop: {{run, (*console).running, func(c *console, press func()) {
			shows("Stopping: the steps that run are finished, nothing new starts")(c, press)
			press()
			c.see("Abandon the run?", "▌[ Cancel ]")
			c.keys("tab")
			c.see("▌[ Abandon")
			c.keys("enter")
			c.see("The run is over")
		}}},
		action.Retry: {{run, (*console).run, shows("→ plan", "scheelite")}},

		action.Follow: {{logs, (*console).following, func(c *console, press func()) {
			shows("standing still")(c, press)
			press()
			c.see("following")
			c.abandon()
		}}},
		action.Times: {{logs, (*console).logs, func(c *console, press func()) {
			for _, gone := range []string{"1", "2", "3"} {
				was := c.drawn()
				press()
				c.await("times change, "+gone, func(s string) bool { return s != was && under(s) != under(was) })
			}
		}}},
		action.Level: {{logs, (*console).logs, shows("Which lines", "everything", "warnings and errors", "choose")}},
		action.Hosts: {{logs, (*console).logs, func(c *console, press func()) {
			shows("Whose lines", "all machines, merged", "cinnabar-2")(c, press)
			c.keys("j", "enter")
			c.see("→ log of cinnabar")
		}}},
		action.FirstError: {{logs, (*console).logs, func(c *console, press func()) {
			press()
			c.await("the error", func(s string) bool {
				return strings.Contains(under(s), "/etc/fleet/what failed")
			})
		}}},
		action.SaveLog: {{logs, (*console).logs, func(c *console, press func()) {
			press()
			c.written("assay/demo/60-hosts/runs/*/log.txt", "scheelite-8")
			c.said("Saved the log as ")
		}}},
	}
}

// written waits for a file below the directory that the program was started in,
// and takes it away.
func (c *console) written(pattern, text string) {
	c.t.Helper()
	var found []string
	c.await(pattern+" with "+text, func(string) (there bool) {
		found, _ = filepath.Glob(filepath.Join(c.dir, pattern))
		if len(found) != 1 {
			return false
		}
		got, err := os.ReadFile(found[0])
		return err == nil && strings.Contains(string(got), text)
	})
	if err := os.Remove(found[0]); err != nil {
		c.t.Fatal(err)
	}
}
