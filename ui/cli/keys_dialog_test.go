package cli

import (
	"strings"

	"assay/ui/action"
)

// filtering has the filter of the machines typed on.
func (c *console) filtering() {
	c.home()
	c.keys("/")
	c.see("enter keep")
	c.typed("elec")
	c.see("elec│")
}

func (c *console) help() {
	c.home()
	c.keys("?")
	c.see("What works here")
}

func dialogChecks() map[action.ID][]check {
	input, list, confirm := action.Input, action.List, action.Confirm
	other := func(c *console, press func()) {
		shows("▌[ Update 1 machine ]")(c, press)
		press()
		c.see("▌[ Cancel ]")
	}
	return map[action.ID][]check{
		action.InputDone: {{input, (*console).filtering, func(c *console, press func()) {
			shows("q quit")(c, press)
			c.see("7 of 60", "/elec")
		}}},
		action.InputEsc: {{input, (*console).filtering, func(c *console, press func()) {
			shows("q quit")(c, press)
			c.await("all machines", hides("elec "))
		}}},
		action.InputNext: {{input, (*console).filtering, shows("/electrum")}},
		action.InputDown: {
			{input, (*console).filtering, moved(1)},
			{input, func(c *console) { c.home(); c.keys(":"); c.see("Actions and places") }, moved(1)},
		},
		action.InputUp: {
			{input, func(c *console) {
				c.filtering()
				at, _ := cursor(c.screen())
				c.keys("down")
				c.await("the line below", func(s string) bool { now, _ := cursor(s); return now == at+1 })
			}, moved(-1)},
		},
		action.Choose: {
			{list, (*console).help, shows("1 marked")},
			{list, func(c *console) { c.home(); c.keys("o"); c.see("Sort by"); c.keys("g") }, func(c *console, press func()) {
				shows("STATE▲")(c, press)
				c.sortBy("MACHINE")
			}},
		},
		action.Dismiss: {
			{list, (*console).help, func(c *console, press func()) { press(); c.await("no help", hides("What works here")); c.see("q quit") }},
			{confirm, (*console).confirmation, nothingDone},
		},
		action.CancelAnswer: {{confirm, (*console).confirmation, nothingDone}},
		action.OtherButton:  {{confirm, (*console).confirmation, other}},
		action.Answer: {
			{confirm, (*console).confirmation, nothingDone},
			{confirm, func(c *console) { c.confirmation(); c.keys("tab"); c.see("▌[ Update 1 machine ]") }, shows("→ run", "The run is over")},
		},
	}
}

// nothingDone: the confirmation is gone, and the plan as it was.
func nothingDone(c *console, press func()) {
	c.t.Helper()
	press()
	c.await("no confirmation", hides("Cancel"))
	c.see("Nothing has happened yet")
}

// moved: the cursor is so many lines further down.
func moved(by int) func(c *console, press func()) {
	return func(c *console, press func()) {
		c.t.Helper()
		from, _ := cursor(c.screen())
		press()
		c.await("the cursor further", func(s string) bool { at, _ := cursor(s); return at == from+by && strings.Contains(under(s), "") })
	}
}
