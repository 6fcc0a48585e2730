package machines

import (
	"slices"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// column is a column of the table: what it shows of a row, and what it is
// sorted by.
type column struct {
	widget.Column
	cell func(v *View, r row) widget.Span
	key  func(r row) key
}

// columns are all columns, in their order. An operator at 80 columns must see
// what is wrong, whether it is NixOS or Darwin, what runs and what should; how
// old the answers are says the line above. The rest comes by what is asked
// most when there is room. The first column of priority 0, the name, stays
// when the wide table is scrolled, and the state before it.
var columns = []column{
	{widget.Column{ID: "state", Title: "STATE", Min: 13, Ideal: 13, Priority: -1}, stateCell, byState},
	{widget.Column{ID: "machine", Title: "MACHINE", Min: 8}, nameCell, byName},
	{widget.Column{ID: "remark", Title: "REMARK", Min: 18, Ideal: 28, Flex: true}, remarkCell, byRemark},
	{widget.Column{ID: "class", Title: "CLASS", Min: 6, Ideal: 6, Priority: 2}, classCell, byClass},
	{widget.Column{ID: "system", Title: "SYSTEM", Min: 14, Priority: 10}, systemCell, bySystem},
	{widget.Column{ID: "type", Title: "TYPE", Min: 8, Priority: 12}, typeCell, byType},
	{widget.Column{ID: "user", Title: "USER", Min: 8, Priority: 11}, userCell, byUser},
	{widget.Column{ID: "running", Title: "RUNNING", Min: 8, Ideal: 8}, runningCell, byRunning},
	{widget.Column{ID: "booted", Title: "BOOTED", Min: 8, Ideal: 8, Priority: 8}, bootedCell, byBooted},
	{widget.Column{ID: "profile", Title: "PROFILE", Min: 8, Ideal: 8, Priority: 9}, profileCell, byProfile},
	{widget.Column{ID: "wanted", Title: "WANTED", Min: 8, Ideal: 8, Priority: 1}, wantedCell, byWanted},
	{widget.Column{ID: "gen", Title: "GEN", Min: 4, Ideal: 4, Right: true, Priority: 4}, genCell, byGen},
	{widget.Column{ID: "reboot", Title: "REBOOT", Min: 7, Ideal: 7, Priority: 5}, rebootCell, byReboot},
	{widget.Column{ID: "uptime", Title: "UPTIME", Min: 6, Ideal: 6, Right: true, Priority: 7}, uptimeCell, byUptime},
	{widget.Column{ID: "seen", Title: "SEEN", Min: 8, Ideal: 8, Priority: 3}, seenCell, bySeen},
	{widget.Column{ID: "tags", Title: "TAGS", Min: 20, Priority: 6}, tagsCell, byTags},
	{widget.Column{ID: "kernel", Title: "KERNEL", Min: 12, Ideal: 16, Priority: 13}, kernelCell, byKernel},
	{widget.Column{ID: "failed", Title: "FAILED", Min: 7, Ideal: 7, Right: true, Priority: 14}, failedCell, byFailed},
	{widget.Column{ID: "disk", Title: "/NIX", Min: 5, Ideal: 5, Right: true, Priority: 15}, diskCell, byDisk},
	{widget.Column{ID: "load", Title: "LOAD", Min: 5, Ideal: 5, Right: true, Priority: 16}, loadCell, byLoad},
	{widget.Column{ID: "revision", Title: "REVISION", Min: 8, Ideal: 8, Priority: 17}, revisionCell, byRevision},
	{widget.Column{ID: "version", Title: "VERSION", Min: 12, Ideal: 16, Priority: 18}, versionCell, byVersion},
}

// columnsFor are the table's columns. Those that show what is declared are as
// wide as this fleet needs, within bounds, so that they do not move while
// somebody scrolls.
func columnsFor(f *fleet.Fleet) []widget.Column {
	texts := map[string]func(*fleet.Machine) string{
		"machine": func(m *fleet.Machine) string { return m.Name },
		"system":  func(m *fleet.Machine) string { return m.System },
		"type":    func(m *fleet.Machine) string { return m.Type },
		"user":    func(m *fleet.Machine) string { return m.User },
		"tags":    tags,
	}
	out := make([]widget.Column, len(columns))
	for i, c := range columns {
		out[i] = c.Column
		if text := texts[c.ID]; text != nil {
			out[i].Ideal = widest(f, text, max(c.Min, len(c.Title)), 28)
		}
	}
	share(&out[1], &out[2])
	return out
}

// widest is the width of what machines have, within bounds.
func widest(f *fleet.Fleet, text func(*fleet.Machine) string, least, most int) int {
	for i := range f.Machines {
		least = max(least, term.Width(term.Clean(text(&f.Machines[i]))))
	}
	return min(least, most)
}

// share gives names the room that they need, up to 16 columns, at the cost of
// remarks: at 80 columns both together have 27.
func share(name, remark *widget.Column) {
	name.Min = min(name.Ideal, 16)
	remark.Min = min(remark.Min, max(27-name.Min, 11))
}

func columnOf(id string) *column {
	i := slices.IndexFunc(columns, func(c column) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &columns[i]
}

func stateCell(v *View, r row) widget.Span  { return view.StateSpan(v.env.Style, r.host) }
func nameCell(_ *View, r row) widget.Span   { return widget.R(style.Strong, r.machine.Name) }
func remarkCell(_ *View, r row) widget.Span { return widget.P(r.remark()) }
func classCell(v *View, r row) widget.Span  { return v.text(string(r.machine.Class)) }
func systemCell(v *View, r row) widget.Span { return v.text(r.machine.System) }
func typeCell(_ *View, r row) widget.Span   { return widget.P(r.machine.Type) }
func userCell(_ *View, r row) widget.Span   { return widget.P(r.machine.User) }
func tagsCell(_ *View, r row) widget.Span   { return widget.R(style.Muted, tags(r.machine)) }
func kernelCell(v *View, r row) widget.Span { return v.text(r.host.Facts.Kernel) }

func runningCell(v *View, r row) widget.Span { return v.text(word.Path(r.host.Facts.Running)) }
func bootedCell(v *View, r row) widget.Span  { return v.path(r, r.host.Facts.Booted) }
func profileCell(v *View, r row) widget.Span { return v.path(r, r.host.Facts.Profile) }
func wantedCell(v *View, r row) widget.Span  { return v.path(r, r.host.Wanted) }

func genCell(v *View, r row) widget.Span {
	if r.host.Facts.Generation == 0 {
		return v.text("")
	}
	return widget.P(strconv.Itoa(r.host.Facts.Generation))
}

func rebootCell(_ *View, r row) widget.Span {
	reboot := r.host.Facts.Reboot()
	switch reboot {
	case fleet.Unknown:
		return widget.R(style.Unknown, reboot.String())
	case fleet.True:
		return widget.R(style.Warn, reboot.String())
	}
	return widget.P(reboot.String())
}

func uptimeCell(v *View, r row) widget.Span {
	if r.host.Facts.Uptime <= 0 {
		return v.text("")
	}
	return widget.P(word.Age(r.host.Facts.Uptime))
}

// seenCell is how old the answer is.
func seenCell(v *View, r row) widget.Span {
	switch {
	case r.host.Busy:
		return widget.R(style.Busy, "asking")
	case r.host.Asked.IsZero():
		return widget.R(style.Unknown, "never")
	}
	return widget.R(style.Muted, word.Age(v.env.Known.Now.Sub(r.host.Asked)))
}

// text is a text, or the glyph for what nobody knows.
func (v *View) text(s string) widget.Span {
	if s == "" {
		return widget.R(style.Unknown, v.env.Style.Glyphs.Unknown)
	}
	return widget.P(s)
}

// path is a system's short path, or "=" where it is the running one: what
// differs should meet the eye.
func (v *View) path(r row, path string) widget.Span {
	if path != "" && path == r.host.Facts.Running {
		return widget.R(style.Muted, "=")
	}
	return v.text(word.Path(path))
}

// tags are the machine's tags that tell it from others: its own, and those of
// the fleet's rules.
func tags(m *fleet.Machine) string {
	var out []string
	for _, tag := range m.AllTags() {
		if tag != fleet.TagAll && tag != string(m.Class) {
			out = append(out, tag)
		}
	}
	return strings.Join(out, " ")
}
