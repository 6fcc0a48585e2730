package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"assay/ui/action"
)

// globalChecks are those of the actions that are live everywhere, apart from
// places.
func globalChecks() map[action.ID][]check {
	g := action.Global
	return map[action.ID][]check{
		action.CurrentRun: {{g, (*console).ranOnce, shows("machines → run ")}},
		action.Enter:      enterChecks(),
		action.Back:       backChecks(),
		action.Older:      {{g, (*console).aspects, goes("machines")}},
		action.Newer:      {{g, func(c *console) { c.aspects(); c.keys("["); c.crumb("machines") }, goes("aspects")}},
		action.Palette:    {{g, (*console).home, shows("Actions and places", "matches")}},
		action.Help: {
			{g, (*console).home, shows("What works here", "MACHINES", "Mark the machine", "not now: nothing is marked")},
			{g, (*console).file, shows("What works here", "TEXTS", "Search the whole text")},
		},
		action.Messages: {{g, func(c *console) { c.home(); c.keys("u") }, shows("╭─ Messages", "note     u unmark: nothing is marked")}},
		action.Refresh:  {{g, (*console).marked, refreshed}, {g, (*console).aspects, refreshed}},
		action.Copy: {
			{action.List, func(c *console) {
				c.home()
				c.keys("u", "!")
				c.see("╭─ Messages", "nothing is marked")
			}, copies("u unmark: nothing is marked")},
			{g, (*console).home, copies("argentum")},
			{g, (*console).aspects, copies("darwin")},
			{g, (*console).file, copies("# The registry of the example fleet: which machines there are, what each is made of, how")},
		},
		action.CopyAll: {
			{action.List, func(c *console) {
				c.home()
				c.keys("u", "!")
				c.see("╭─ Messages", "nothing is marked")
			}, copies("u unmark: nothing is marked", "note: ")},
			{g, (*console).home, copies("argentum", "scheelite-8", "stibnite-8")},
			{g, (*console).file, copies("# The registry", "[rollout]")},
		},
		action.Edit:    {{g, (*console).home, edits}},
		action.Mouse:   {{g, (*console).home, givesMouse}},
		action.Suspend: {{g, (*console).home, suspends}},
		action.Redraw:  {{g, (*console).home, redraws}},
		action.Quit: {
			{g, (*console).aspects, (*console).leaves},
			{g, (*console).running, func(c *console, press func()) {
				shows("A run goes on", "Stop the run and leave")(c, press)
				c.abandon()
			}},
		},
		action.Interrupt: {
			{g, (*console).home, (*console).leaves},
			{g, (*console).planning, func(c *console, press func()) {
				press()
				c.crumb("machines → scheelite")
				c.said("Planning was stopped; nothing was changed")
			}},
			{g, (*console).running, func(c *console, press func()) { shows("Stopping:", "nothing new starts")(c, press); c.abandon() }},
			{action.Input, (*console).filtering, func(c *console, press func()) {
				press()
				c.await("the filter closed", hides("elec│"))
				c.see("q quit")
			}},
			{action.List, (*console).help, func(c *console, press func()) {
				press()
				c.await("help closed", hides("What works here"))
				c.see("q quit")
			}},
			{action.Confirm, (*console).confirmation, nothingDone},
		},
	}
}

func enterChecks() []check {
	g := action.Global
	aspect := func(c *console) {
		c.aspects()
		c.keys("j")
		c.await("base", func(s string) bool { return strings.Contains(under(s), "base ") })
	}
	return []check{
		{g, (*console).home, goes("machines → argentum")},
		{g, aspect, goes("aspects → darwin/base")},
		{g, func(c *console) { aspect(c); c.keys("enter"); c.see("defined in"); c.keys("j") }, goes("aspects → darwin/base → modules/aspects/darwin/base.nix")},
		{g, func(c *console) {
			c.layers()
			c.keys("j")
			c.see("▌     patched ")
		}, shows(" layers: patched ")},
		{g, func(c *console) {
			c.home()
			c.keys("4")
			c.crumb("services")
			c.keys("E", "g", "j", "j")
			c.await("an aspect", func(s string) bool { return strings.Contains(under(s), "aspect ") })
		}, goes("services → darwin/services/sshd/client")},
		{g, func(c *console) { c.home(); c.keys("5"); c.crumb("runs"); c.keys("G") }, shows("runs → run ")},
		{g, func(c *console) { c.home(); c.keys("6"); c.crumb("checks"); c.see("fleet.toml:84") }, shows("checks → fleet.toml", "▌  84  ")},
		{g, (*console).run, shows("→ log of scheelite", "handshake deadline")},
		{g, (*console).planned, func(c *console, press func()) { press(); c.await("the group closed", hides("● argentum ")) }},
		{g, (*console).logs, shows(" → log of ")},
		{g, func(c *console) { c.machine("argentum"); c.keys("tab"); c.see("[imports]"); c.keys("j") }, shows("machines → argentum → darwin/")},
	}
}

// backChecks: it closes one thing after the other, and never quits.
func backChecks() []check {
	g := action.Global
	filtered := func(c *console) {
		c.home()
		c.keys("/")
		c.typed("elec")
		c.see("7 of 60")
		c.keys("enter")
		c.see("q quit")
	}
	return []check{
		{g, func(c *console) { c.machine("cinnabar") }, goes("machines")},
		{g, func(c *console) { c.file() }, goes("checks")},
		{g, filtered, func(c *console, press func()) { press(); c.await("no filter", hides("7 of 60")) }},
		{g, func(c *console) { c.onlyState("behind") }, func(c *console, press func()) { press(); c.await("all states", hides("behind]")) }},
		{g, func(c *console) { filtered(c); c.failed() }, func(c *console, press func()) {
			press()
			c.see("60 machines", "✘ The fleet cannot be read, nothing is planned")
			press()
			c.await("no error", hides("✘ The fleet cannot be read, nothing"))
			c.keys("R")
			c.await("the fleet", hides("the fleet cannot be read"))
		}},
	}
}

// failed has an error on the screen: the registry could not be read.
func (c *console) failed() {
	text := c.registry(c.t)
	defer write(c.t, c.fleet, text, 0o600)
	write(c.t, c.fleet, "[", 0o600)
	c.keys("R")
	c.see("✘ The fleet cannot be read, nothing is planned")
}

// onlyState shows the machines of one state.
func (c *console) onlyState(state string) {
	c.home()
	c.keys("s")
	c.see("choose")
	for !strings.Contains(under(c.screen()), state) {
		was := c.screen()
		c.keys("j")
		c.await("the next state", func(s string) bool { return under(s) != "" && under(s) != under(was) })
	}
	c.keys("enter")
	c.await("the state", func(s string) bool { return strings.Contains(line(s, 2), state+"]") })
}

// marked has one machine marked, and the cursor below it.
func (c *console) marked() {
	c.home()
	c.keys("space")
	c.see("1 marked")
	c.keys("j", "j")
	c.await("the cursor below", func(s string) bool { at, _ := cursor(s); return at >= 6 })
}

// rename gives the fleet another name in its file.
func (c *console) rename() (name string) {
	c.t.Helper()
	c.named++
	name = fmt.Sprintf("fleet-%d", c.named)
	write(c.t, c.fleet, regexp.MustCompile(`(?m)^name   = .*`).ReplaceAllString(c.registry(c.t), `name   = "`+name+`"`), 0o600)
	return name
}

// refreshed: what is in the files now is shown, and marks and the cursor are
// where they were.
func refreshed(c *console, press func()) {
	c.t.Helper()
	before := c.drawn()
	name := c.rename()
	press()
	c.await("the name "+name, func(s string) bool {
		return strings.Contains(line(s, 0), name) && line(s, 1) == line(before, 1) && plainRow(under(s)) == plainRow(under(before))
	})
}

// copies: the text is in the clipboard of the terminal.
func copies(texts ...string) func(c *console, press func()) {
	return func(c *console, press func()) {
		c.t.Helper()
		c.tmux("set-buffer", "nothing was copied")
		press()
		c.await(fmt.Sprintf("%q in the clipboard", texts), func(string) bool {
			got := strings.TrimSuffix(c.tmux("show-buffer"), "\n")
			for _, text := range texts {
				if !strings.Contains(got, text) {
					return false
				}
			}
			return len(texts) > 1 || got == texts[0]
		})
	}
}

// handed waits for what a tool of the operator was given.
func (c *console) handed(file, text string) {
	c.t.Helper()
	c.await(text+" in "+file, func(string) bool {
		got, err := os.ReadFile(filepath.Join(c.dir, file))
		return err == nil && strings.Contains(string(got), text)
	})
	if err := os.Remove(filepath.Join(c.dir, file)); err != nil {
		c.t.Fatal(err)
	}
	c.see("q quit")
}

// edits: the editor has the file, and what it wrote is shown.
func edits(c *console, press func()) {
	c.t.Helper()
	name := c.rename()
	press()
	c.handed("EDITOR.args", c.fleet)
	c.await("the name "+name, func(s string) bool { return strings.Contains(line(s, 0), name) })
}

// givesMouse: the terminal has the mouse, and then the console again.
func givesMouse(c *console, press func()) {
	c.t.Helper()
	mouse := func(want string) {
		c.await("mouse "+want, func(string) bool { return c.tmux("display-message", "-p", "#{mouse_button_flag}") == want+"\n" })
	}
	mouse("1")
	press()
	mouse("0")
	c.said("The mouse is the terminal's")
	c.keys("%")
	mouse("1")
	c.said("The mouse is the console's")
}

// suspends: the shell has the terminal until fg.
func suspends(c *console, press func()) {
	c.t.Helper()
	press()
	c.atShell()
	c.typed("fg")
	c.press("Enter")
	c.see("q quit", "argentum")
}

// redraws: what others wrote on the screen is gone.
func redraws(c *console, press func()) {
	c.t.Helper()
	tty := strings.TrimSpace(c.tmux("display-message", "-p", "#{pane_tty}"))
	c.await("noise", func(s string) bool {
		if strings.Contains(s, "noise from elsewhere") {
			return true
		}
		write(c.t, tty, "\x1b[10;10Hnoise from elsewhere", 0o600) // ages are painted over it every second
		return false
	})
	press()
	c.await("no noise", func(s string) bool { return strings.Contains(under(s), "argentum ") && hides("noise")(s) })
}

// leaves: the shell has the terminal, and starts the program again.
func (c *console) leaves(press func()) {
	c.t.Helper()
	press()
	c.await("the shell", func(screen string) bool {
		if strings.Contains(screen, "; q leaves") {
			press() // ctrl+c that comes right after something has ended was meant for that
		}
		return c.isShell(screen)
	})
	c.start()
}
