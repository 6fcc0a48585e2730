package cli

import (
	"strings"

	"assay/ui/action"
)

// sorted is the title that has the mark of the order.
func sorted(title string) func(c *console, press func()) {
	return func(c *console, press func()) {
		c.t.Helper()
		shows(title+"▲")(c, press)
		c.sortBy("MACHINE")
	}
}

// viewChecks are those of the actions of tables, trees, texts and views.
func viewChecks() map[action.ID][]check {
	table, tree, text := action.Table, action.Tree, action.Text
	machines, machine, aspects, layers := action.Machines, action.Machine, action.Aspects, action.Layers
	collapsed := func(c *console) { c.aspects(); c.keys("C"); c.await("the first level", hides("▾ darwin")) }
	closed := func(c *console) {
		c.aspects()
		c.keys("j")
		c.await("base", func(s string) bool { return strings.Contains(under(s), "base") })
	}
	searched := func(c *console) {
		c.file()
		c.keys("/")
		c.typed("hotfix")
		c.see("hotfix│")
		c.keys("enter")
		c.see("q quit")
	}
	return map[action.ID][]check{
		action.Filter: {
			{table, (*console).home, filters("elec", "7 of 60")},
			{table, (*console).home, filters("class:darwin", "29 of 60")},
			{tree, (*console).aspects, filters("ssh-hardening", "1 of 94")},
		},
		action.Wide: {{table, (*console).home, func(c *console, press func()) {
			shows(" SYSTEM", " TYPE", " USER")(c, press)
			c.keys("w")
			c.await("those that fit", hides(" SYSTEM"))
		}}},
		action.Sort:     {{table, (*console).home, shows("Sort by", "● MACHINE", "KERNEL")}},
		action.SortNext: {{table, (*console).home, sorted("REMARK")}},
		action.SortPrev: {{table, (*console).home, sorted("STATE")}},
		action.Reverse: {{table, (*console).home, func(c *console, press func()) {
			shows("MACHINE▼")(c, press)
			c.keys("g")
			c.await("the last name first", func(s string) bool { return strings.Contains(under(s), "stibnite-8 ") })
			c.keys("r")
			c.see("MACHINE▲")
		}}},
		action.Expand: {{tree, collapsed, shows("▾ darwin", "base ")}},
		action.Collapse: {
			{tree, (*console).aspects, func(c *console, press func()) { press(); c.await("darwin closed", hides("▾ darwin")) }},
			{tree, func(c *console) { closed(c); c.keys("h"); c.see("▸ base") }, func(c *console, press func()) {
				press()
				c.await("what is above", func(s string) bool { return strings.Contains(under(s), "▾ darwin") })
			}},
		},
		action.ExpandAll:   {{tree, collapsed, shows("▾ darwin", "▾ base")}},
		action.CollapseAll: {{tree, (*console).aspects, shows("▸ darwin", "▸ homeManager", "▸ nixos", "▸ terranix")}},

		action.Search: {{text, (*console).file, func(c *console, press func()) {
			press()
			c.see("keep")
			c.typed("[rollout]")
			c.await("a line far below", func(s string) bool { return strings.Contains(under(s), "[rollout]") })
		}}, {text, (*console).logs, func(c *console, press func()) {
			press()
			c.see("keep")
			c.typed("scheelite-8")
			c.await("a line of it", func(s string) bool { return strings.Contains(under(s), "scheelite-8") })
		}}},
		action.NextMatch: {{text, searched, func(c *console, press func()) {
			from := under(c.screen())
			press()
			c.await("another match below", func(s string) bool { return under(s) > from && strings.Contains(under(s), "hotfix") })
		}}},
		action.PrevMatch: {{text, searched, func(c *console, press func()) {
			from := under(c.screen())
			press()
			c.await("the match before, round the end", func(s string) bool { return under(s) != from && strings.Contains(under(s), "hotfix") })
		}}},
		action.Wrap: {{text, (*console).longLine, func(c *console, press func()) {
			press()
			c.see("made of, how")
		}}},
		action.Pager: {
			{text, (*console).file, func(c *console, press func()) { press(); c.handed("PAGER.in", "[rollout]") }},
			{text, (*console).logs, func(c *console, press func()) { press(); c.handed("PAGER.in", "scheelite-8") }},
		},

		action.Mark: {{machines, (*console).home, func(c *console, press func()) {
			shows("1 marked")(c, press)
			c.keys("k", "space")
			c.await("no mark", hides("1 marked"))
		}}},
		action.MarkRange: {{machines, (*console).marked, shows("3 marked")}},
		action.MarkAll: {
			{machines, (*console).home, shows("60 marked")},
			{machines, func(c *console) {
				c.home()
				c.keys("/")
				c.typed("@gpu")
				c.see("8 of 60")
				c.keys("enter")
				c.see("q quit")
			}, shows("8 marked")},
		},
		action.MarkNone: {{machines, (*console).marked, func(c *console, press func()) { press(); c.await("no marks", hides("marked")) }}},
		action.States: {{machines, (*console).home, func(c *console, press func()) {
			shows("unreachable", "current", "choose")(c, press)
		}}},
		action.PlanUpdate: {
			{machines, (*console).home, shows("machines → plan", "Nothing has happened yet", "1 machine changes")},
			{machines, (*console).marked, shows("machines → plan", "Nothing has happened yet", "● argentum ")},
			{machine, func(c *console) { c.machine("blackphos") }, shows("machines → blackphos → plan", "Nothing has happened yet")},
		},
		action.PlanBack: {
			{machines, func(c *console) {
				c.home()
				c.keys("/")
				c.typed("cinnabar-3")
				c.see("1 of 60")
				c.keys("enter")
				c.see("q quit")
			}, shows("machines → plan", "rollback", "cinnabar-3")},
			{machine, func(c *console) { c.machine("cinnabar-3") }, shows("cinnabar-3 → plan", "rollback")},
			{action.Run, (*console).run, shows("→ plan", "rollback")},
		},
		action.LogsOf: {
			{machines, func(c *console) {
				c.home()
				c.keys("/")
				c.typed("cinnabar-3")
				c.see("1 of 60")
				c.keys("enter")
				c.see("q quit")
			}, shows("→ log of cinnabar-3", "generation 2")},
			{machine, func(c *console) { c.machine("cinnabar-3") }, shows("→ log of cinnabar-3", "generation 2")},
			{action.Run, (*console).run, shows("→ logs ", "cinnabar")},
			{action.Runs, func(c *console) { c.home(); c.keys("5"); c.crumb("runs"); c.keys("G") }, shows("runs → logs", "cinnabar")},
		},
		action.NextTab: {
			{machine, func(c *console) { c.machine("cinnabar"); c.see("[overview]") }, shows("[imports]")},
			{aspects, (*console).aspects, shows("by file")},
			{layers, (*console).layers, otherPart},
			{action.Hotfixes, (*console).hotfixes, func(c *console, press func()) { press(); c.await("the detail", hides("▌ ! dead     ncdu")) }},
		},
		action.PrevTab: {
			{machine, func(c *console) { c.machine("cinnabar"); c.see("[overview]") }, shows("[generations]")},
			{aspects, (*console).aspects, shows("by file")},
			{layers, (*console).layers, otherPart},
			{action.Hotfixes, (*console).hotfixes, func(c *console, press func()) { press(); c.await("the detail", hides("▌ ! dead     ncdu")) }},
		},
		action.System:     {{layers, (*console).layers, shows("Layers on", "x86_64-linux", "choose")}},
		action.AskNix:     {{layers, (*console).layers, shows("no Nix can be asked in this session")}},
		action.ToHotfixes: {{layers, (*console).layers, shows("layers → hotfixes", "! dead     ncdu", "used by")}},
		action.CheckFixes: {{action.Hotfixes, (*console).hotfixes, func(c *console, press func()) {
			press()
			c.await("a check", func(s string) bool { return strings.Contains(s, "c stops") || strings.Contains(s, "c asks again") })
		}}},
		action.NixFixes: {{action.Hotfixes, (*console).hotfixes, shows("no Nix can be asked in this session")}},
		action.RemoveFix: {{action.Hotfixes, (*console).hotfixes, func(c *console, press func()) {
			press()
			c.see("The patch of fleet.toml", "the demo's files are made anew", `-package = "ncdu"`)
		}}},
		action.Reader:     {{action.Secrets, (*console).secrets, shows("What can ... read?", "everybody")}},
		action.ToMend:     {{action.Secrets, (*console).secrets, func(c *console, press func()) { press(); c.see("only what is to mend"); c.keys("s") }}},
		action.GroupBy:    {{action.Secrets, (*console).secrets, func(c *console, press func()) { press(); c.see("Grouped by machine"); c.keys("z", "z") }}},
		action.MakeVars:   {{action.Secrets, (*console).secrets, shows("Generate what is missing", "Cancel")}},
		action.FixSecrets: {{action.Secrets, (*console).drifted, shows("Fix drifted secrets", "Cancel")}},
		action.ErrorsOnly: {{action.Checks, func(c *console) { c.home(); c.keys("6"); c.crumb("checks"); c.see("fleet.toml:84") }, func(c *console, press func()) {
			press()
			c.await("no warning", hides("fleet.toml:84"))
			c.keys("s")
			c.see("fleet.toml:84")
		}}},
	}
}

// filters types into the filter and looks at how much is left.
func filters(text, left string) func(c *console, press func()) {
	return func(c *console, press func()) {
		c.t.Helper()
		press()
		c.see("enter keep")
		c.typed(text)
		c.see(left)
		c.keys("esc")
		c.await("everything again", hides(left))
	}
}

// otherPart: the cursor is in the other half of the layers, and back.
func otherPart(c *console, press func()) {
	c.t.Helper()
	c.see("● layers on")
	press()
	c.await("the other part", hides("● layers on"))
	c.keys("tab")
	c.see("● layers on")
}
