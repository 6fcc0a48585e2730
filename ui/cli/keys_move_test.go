package cli

import (
	"strings"

	"assay/ui/action"
)

// scroll is a place with more lines than there is room for.
type scroll struct {
	in          action.Scope
	open        func(c *console) // with the cursor on the first line
	top, bottom int              // the window's lines on the screen
	first, last string           // what the first and the last line of all say
	slack       int              // how many lines more a move goes, as the cursor skips headings
}

func scrolls() []scroll {
	return []scroll{
		{in: action.Table, open: (*console).home, top: 4, bottom: 37, first: "argentum ", last: "stibnite-8"},
		{in: action.Tree, open: (*console).aspects, top: 2, bottom: 37, first: "darwin", last: "terranix/hetzner.nix:4"},
		{in: action.Text, open: (*console).file, top: 2, bottom: 37, first: "# The registry", last: "user"},
		{in: action.Text, open: (*console).logs, top: 2, bottom: 36, first: "add /etc/", last: "boots next"},
		{in: action.List, open: func(c *console) { c.home(); c.keys("?"); c.see("What works here") }, top: 2, bottom: 32, first: "mark ", last: "Leave; asks", slack: 3},
	}
}

// moveChecks are those of all moves in all scopes that have them.
func moveChecks() map[action.ID][]check {
	out := map[action.ID][]check{}
	for _, s := range scrolls() {
		add := func(id action.ID, at func(c *console), lands func(before, after string) bool) {
			out[id] = append(out[id], check{s.in, at, func(c *console, press func()) {
				before := c.drawn()
				press()
				c.await("the cursor where "+string(id)+" leads from\n"+before, func(after string) bool { return after != before && lands(before, after) })
			}})
		}
		end := func(c *console) {
			s.open(c)
			c.keys("G")
			c.await("the last line", func(now string) bool { return s.at(now, s.last) })
		}
		third := func(c *console) {
			s.open(c)
			was, _ := cursor(c.screen())
			c.keys("j", "j")
			c.await("the third line", func(now string) bool { at, _ := cursor(now); return at == was+2 })
		}
		middle := (s.top + s.bottom) / 2
		add(action.Down, s.open, moves(1))
		add(action.Up, third, moves(-1))
		add(action.PageDown, s.open, s.lands(s.bottom, s.bottom))
		add(action.PageUp, end, s.lands(s.top, s.top))
		add(action.HalfDown, s.open, s.lands(middle-1, middle+1))
		add(action.HalfUp, end, s.lands(middle-1, middle+1))
		add(action.Top, end, func(_, after string) bool { return s.at(after, s.first) })
		add(action.Bottom, s.open, func(_, after string) bool { return s.at(after, s.last) })
	}
	for id, k := range confirmMoves() {
		out[id] = append(out[id], k)
	}
	out[action.Left] = []check{
		{action.Table, func(c *console) { c.wide(); c.keys("right"); c.await("the column gone", hides("REMARK")) }, func(c *console, press func()) {
			press()
			c.see("REMARK")
			c.keys("w")
			c.see(" +")
		}},
		{action.Text, func(c *console) {
			c.longLine()
			c.keys("right")
			c.await("its beginning gone", hides("The registry of"))
		}, shows("The registry of")},
	}
	out[action.Right] = []check{
		{action.Table, (*console).wide, func(c *console, press func()) {
			press()
			c.await("the column gone", hides("REMARK"))
			c.keys("left", "w")
			c.see("REMARK", " +")
		}},
		{action.Text, (*console).longLine, func(c *console, press func()) { press(); c.await("its beginning gone", hides("The registry of")) }},
	}
	return out
}

func hides(text string) func(string) bool {
	return func(screen string) bool { return !strings.Contains(screen, text) }
}

// at reports whether the cursor is on a line that says so.
func (s scroll) at(screen, text string) bool { return strings.Contains(lasting(under(screen)), text) }

// moves is whether the cursor is on the line that was so many below it.
func moves(by int) func(before, after string) bool {
	return func(before, after string) bool {
		from, _ := cursor(before)
		at, text := cursor(after)
		was := line(before, from+by)
		if strings.Contains(before, "╭─ ") {
			was = inBox(was)
		}
		return at == from+by && plainRow(was) == plainRow(text)
	}
}

// lands is whether the cursor is where one of these lines of the screen before
// is now. Lines are known by what they say.
func (s scroll) lands(from, to int) func(before, after string) bool {
	return func(before, after string) bool {
		at, text := cursor(after)
		if at < 0 || s.slack > 0 && from == s.bottom { // headings: somewhere below it
			return at >= s.bottom-s.slack && !s.at(after, s.last) || s.at(after, s.last)
		}
		for i := max(from-s.slack, s.top); i <= min(to+s.slack, s.bottom); i++ {
			was := line(before, i)
			if s.in == action.List {
				was = inBox(was)
			}
			if plainRow(was) == plainRow(text) {
				return true
			}
		}
		return false
	}
}

// wide shows the machines with all columns.
func (c *console) wide() {
	c.home()
	c.keys("w")
	c.await("all columns", func(s string) bool { return strings.Contains(line(s, 3), "SYSTEM") })
}

// longLine shows a log with a line that is longer than the screen is wide.
func (c *console) longLine() {
	c.file()
	c.resize(60, tall)
}

// longConfirmation asks about so much that it does not fit a small screen.
func (c *console) longConfirmation() {
	c.home()
	c.keys("/")
	c.typed("cinnabar*,electrum-2,electrum-3,electrum-4")
	c.see("11 of 60")
	c.keys("enter")
	c.see("q quit")
	c.keys("*")
	c.see("11 marked")
	c.keys("X")
	c.see("→ plan", "Nothing has happened yet")
	c.keys("space")
	c.see("left out by you")
	c.keys("A")
	c.see("▌[ Cancel ]")
	c.resize(120, 12)
	c.see(confirmFirst, "more line")
}

// What the first line of the long confirmation says.
const confirmFirst = "rollback: run a former generation"

func confirmMoves() map[action.ID]check {
	confirm, first := action.Confirm, (*console).longConfirmation
	last := func(c *console) { c.longConfirmation(); c.keys("G"); c.await("the end", hides("more line")) }
	gone := func(text string) func(c *console, press func()) {
		return func(c *console, press func()) { press(); c.await("no "+text, hides(text)) }
	}
	return map[action.ID]check{
		action.Down:     {confirm, first, gone(confirmFirst)},
		action.Up:       {confirm, last, shows("more line")},
		action.PageDown: {confirm, first, gone("more line")},
		action.PageUp:   {confirm, last, shows(confirmFirst)},
		action.HalfDown: {confirm, first, gone(confirmFirst)},
		action.HalfUp:   {confirm, last, shows("more line")},
		action.Top:      {confirm, last, shows(confirmFirst)},
		action.Bottom:   {confirm, first, gone("more line")},
	}
}
