package logs

import (
	"fmt"

	"assay/fleet/run/state"
	"assay/ui/action"
	"assay/ui/view"
	"assay/ui/word"
)

// levelChoices are the filters by level.
var levelChoices = []struct {
	value string
	least state.Level
	text  string
}{
	{"everything", state.Info, "everything"},
	{"warnings", state.Warning, "warnings and errors"},
	{"errors", state.Error, "errors"},
}

func (v *View) chooseLevel() []view.Ask {
	c := view.Choose{Title: "Which lines", Intent: action.LevelSet}
	for _, l := range levelChoices {
		n := v.filtered(state.Filter{Machine: v.machine, Least: l.least}).Len()
		c.Items = append(c.Items, view.Item{Value: l.value, Text: l.text, Note: count(n, "line"), Now: l.least == v.least})
	}
	return []view.Ask{c}
}

func (v *View) setLevel(value string) {
	for _, l := range levelChoices {
		if l.value == value && l.least != v.least {
			v.least, v.about = l.least, !v.follow
		}
	}
}

// chooseHost offers all machines, and each with what it printed.
func (v *View) chooseHost() []view.Ask {
	c := view.Choose{Title: "Whose lines", Intent: action.HostsSet}
	c.Items = append(c.Items, view.Item{Text: "all machines, merged", Note: v.printed(""), Now: v.machine == ""})
	for _, m := range v.picture().State.Snapshot().Machines {
		c.Items = append(c.Items, view.Item{Value: m.Name, Text: m.Name, Note: v.printed(m.Name), Now: v.machine == m.Name})
	}
	return []view.Ask{c}
}

// printed says how much a machine printed and how much of it is bad.
func (v *View) printed(machine string) string {
	l := v.filtered(state.Filter{Machine: machine})
	text := count(l.All(), "line")
	if n := v.filtered(state.Filter{Machine: machine, Least: state.Error}).Len(); n > 0 {
		text += ", " + count(n, "error")
	}
	return text
}

// setHost shows one machine's lines, or all with "". The cursor stays at its
// place in time.
func (v *View) setHost(name string) {
	if name != v.machine {
		v.machine, v.about = name, !v.follow
	}
}

// levelWords name the level filter, "" for everything.
func (v *View) levelWords() string {
	switch v.least {
	case state.Warning:
		return "warnings and errors only"
	case state.Error:
		return "errors only"
	}
	return ""
}

// count says a number of things, thousands apart: "12,345 lines".
func count(n int, thing string) string {
	if n < 1000 {
		return word.Count(n, thing)
	}
	return number(n) + " " + thing + "s"
}

// number writes a number with its thousands apart.
func number(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", number(n/1000), n%1000)
}
