package cli

import (
	"strings"

	"assay/ui/action"
)

// crumb waits until the console is in a place.
func (c *console) crumb(title string) {
	c.t.Helper()
	c.await("the place "+title, func(s string) bool { return here(s, title) })
}

// here reports whether the screen shows the place with that way to it.
func here(screen, title string) bool { return strings.HasPrefix(line(screen, 1)+"  ", " "+title+"  ") }

// aspects shows the tree of aspects with everything expanded.
func (c *console) aspects() {
	c.home()
	c.keys("2")
	c.crumb("aspects")
	if strings.HasPrefix(line(c.screen(), tall-3), "/") {
		c.keys("esc")
		c.await("no filter", func(s string) bool { return !strings.HasPrefix(line(s, tall-3), "/") })
	}
	if !strings.Contains(c.screen(), "by class") {
		c.keys("tab")
		c.see("by class")
	}
	c.see("by class · 94 aspects")
	c.keys("E", "g")
	c.await("everything", func(s string) bool {
		return strings.Contains(under(s), "▾ darwin") && strings.Contains(s, "▾ base")
	})
}

// machine shows a machine.
func (c *console) machine(name string) {
	c.home()
	c.keys(":")
	c.see("Actions and places")
	c.typed(name)
	c.see(":"+name+"│", "│ ▌ "+name+" ")
	c.keys("enter")
	c.crumb("machines → " + name)
}

func (c *console) hotfixes() {
	c.layers()
	c.keys("H")
	c.crumb("layers → hotfixes")
	c.see("▌ ! dead     ncdu")
	c.await("no check", hides("c stops"))
}

func (c *console) layers() {
	c.home()
	c.keys("3")
	c.await("the layers", func(s string) bool { return strings.HasPrefix(line(s, 1), " layers") })
	for !here(c.screen(), "layers") { // they answer a question
		was := line(c.screen(), 1)
		c.keys("esc")
		c.await("no question", func(s string) bool { return line(s, 1) != was })
	}
	c.keys("g")
	c.see("1 inputs")
}

// file shows the registry, at its first line.
func (c *console) file() {
	c.home()
	c.keys("6")
	c.crumb("checks")
	c.see("fleet.toml:84")
	c.keys("enter")
	c.crumb("checks → fleet.toml")
	c.see("▌  84  ") // the file is read behind, and shown where it was asked for
	c.keys("g")
	c.see("▌   1  ")
}

// run shows the run that was there before the console was.
func (c *console) run() {
	c.home()
	c.keys("5")
	c.crumb("runs")
	c.keys("G")
	c.await("the first run", func(s string) bool { return strings.Contains(under(s), "30 updated") })
	c.keys("enter")
	c.see(" runs → run ", "30 updated", "of 31 machines")
}

// logs shows the log of that run, at its first line.
func (c *console) logs() {
	c.run()
	c.keys("L")
	c.see(" → logs ", "the run is over")
	c.keys("g")
	c.see("1-35 of ")
}

// shows presses the key and waits for texts that are not there all before.
func shows(texts ...string) func(c *console, press func()) {
	return func(c *console, press func()) {
		c.t.Helper()
		before := c.screen()
		there := 0
		for _, text := range texts {
			if strings.Contains(before, text) {
				there++
			}
		}
		if there == len(texts) {
			c.t.Fatalf("%q is on the screen already:\n%s", texts, before)
		}
		press()
		c.see(texts...)
	}
}

// goes presses the key and waits for a place.
func goes(title string) func(c *console, press func()) {
	return func(c *console, press func()) {
		c.t.Helper()
		if s := c.screen(); here(s, title) {
			c.t.Fatalf("the console is in %s already:\n%s", title, s)
		}
		press()
		c.crumb(title)
	}
}

// placeChecks are those of the actions that lead to places.
func placeChecks() map[action.ID][]check {
	g := action.Global
	return map[action.ID][]check{
		action.ToMachines: {{g, (*console).aspects, goes("machines")}},
		action.ToAspects:  {{g, (*console).home, goes("aspects")}},
		action.ToLayers:   {{g, (*console).home, goes("layers")}},
		action.ToSecrets:  {{g, (*console).home, goes("secrets")}},
		action.ToServices: {{g, (*console).home, goes("services")}},
		action.ToRuns:     {{g, (*console).home, goes("runs")}},
		action.ToChecks:   {{g, (*console).home, goes("checks")}},
	}
}
