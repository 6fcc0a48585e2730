package machine

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"assay/fleet"
	"assay/ui/style"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// healthRows say how the host is beside its systems. What a host says nothing
// about is unknown there, unless it says nothing of the kind at all: then it is
// one that cannot.
func (v *View) healthRows(w int) []*outline.Item {
	f := &v.host().Facts
	var items []*outline.Item
	add := func(it *outline.Item) {
		if it != nil {
			items = append(items, it)
		}
	}
	says := f.Units != nil || f.Store.Total > 0 || f.Load != nil || f.Nix != "" || f.Version != "" || f.Revision != ""
	add(v.guard(w))
	if says && v.machine().Class != fleet.Darwin {
		add(v.units(w))
	}
	if says {
		add(v.disk("/nix", f.Store, w))
		if f.Boot.Total > 0 {
			add(v.disk("/boot", f.Boot, w))
		}
		add(v.said("load", load(f.Load), w))
	}
	kernel := word.OrUnknown(f.Kernel)
	if f.Uptime > 0 {
		kernel += ", up " + word.Age(f.Uptime)
	}
	add(row("kernel", w, widget.P(kernel)))
	if says {
		add(v.said("version", f.Version, w))
		add(v.said("revision", f.Revision, w))
		add(v.said("nix", nixSaid(f), w))
	}
	if f.Inhibitors != "" {
		add(row("inhibitors", w, widget.P(inhibitors(f.Inhibitors, v.env.Style.Glyphs.Ellipsis))))
	}
	return items
}

// said is a line with what the host said, or that it is unknown.
func (v *View) said(label, text string, w int) *outline.Item {
	if text == "" {
		return row(label, w, widget.R(style.Unknown, v.env.Style.Glyphs.Unknown+" unknown"))
	}
	return row(label, w, widget.P(text))
}

// units is what systemd says; below it are the failed units.
func (v *View) units(w int) *outline.Item {
	u, g := v.host().Facts.Units, v.env.Style.Glyphs
	switch {
	case u == nil:
		return v.said("units", "", w)
	case u.Failed <= 0:
		return row("units", w, widget.R(style.OK, g.OK+" none failed"), widget.P(inState(u)))
	}
	it := row("units", w, widget.R(style.Fail, g.Fail+" "+word.Count(u.Failed, "unit")+" failed"), widget.P(inState(u)))
	for i, name := range u.Names {
		it.Add(&outline.Item{
			Node: widget.Node{ID: outline.Sub("units", "failed", i), Line: widget.Line{widget.P(strings.Repeat(" ", labelWidth) + name)}},
			Copy: name, What: "the unit's name", Words: []string{name},
		})
	}
	if more := u.Failed - len(u.Names); more > 0 && len(u.Names) > 0 {
		it.Add(outline.Note(outline.Sub("units", "more", 0), widget.R(style.Muted, strings.Repeat(" ", labelWidth)+fmt.Sprintf("and %d more", more))))
	}
	return it
}

func inState(u *fleet.Units) string {
	if u.State == "" {
		return ""
	}
	return "; systemd is " + u.State
}

// disk says how much room there is.
func (v *View) disk(label string, s fleet.Space, w int) *outline.Item {
	if s.Total <= 0 {
		return v.said(label, "", w)
	}
	text := fmt.Sprintf("%d%% used, %s free of %s", int(s.Used()*100), word.Size(s.Free), word.Size(s.Total))
	if word.Full(s) {
		return row(label, w, widget.R(style.Warn, v.env.Style.Glyphs.Warn+" "), widget.P(text))
	}
	return row(label, w, widget.P(text))
}

// guard is the last guarded change: what it waits for, or what became of it.
func (v *View) guard(w int) *outline.Item {
	c := v.host().Facts.Guard
	if c == nil {
		return nil
	}
	role, glyph := style.Muted, ""
	switch g := v.env.Style.Glyphs; c.State {
	case "armed":
		role, glyph = style.Warn, g.Warn+" "
	case word.GuardRolledBack:
		role, glyph = style.Warn, g.Warn+" "
	case "failed":
		role, glyph = style.Fail, g.Fail+" "
	}
	now := v.env.Known.Now
	text := word.GuardState(c.State)
	if !c.At.IsZero() {
		text += " " + word.Age(now.Sub(c.At)) + " ago"
	}
	detail := ""
	if c.State == "armed" && !c.Until.IsZero() {
		detail += ", goes back at " + c.Until.In(now.Location()).Format(time.TimeOnly) + " unless confirmed"
	}
	if c.Trouble != "" {
		detail += ", still to go back: " + c.Trouble
	}
	if c.From != "" || c.To != "" {
		detail += ", " + word.OrUnknown(word.Path(c.From)) + " -> " + word.OrUnknown(word.Path(c.To))
	}
	if c.Goal != "" {
		detail += ", " + c.Goal
	}
	if c.Operator != "" {
		detail += ", by " + c.Operator
	}
	return row("guard", w, widget.R(role, glyph+text), widget.P(detail))
}

func load(over []float64) string {
	if len(over) != 3 {
		return ""
	}
	return fmt.Sprintf("%.2f %.2f %.2f over 1, 5 and 15 minutes", over[0], over[1], over[2])
}

// nixSaid is Nix's version, and whether its daemon is there.
func nixSaid(f *fleet.Facts) string {
	daemon := map[fleet.Truth]string{fleet.True: "its daemon has a socket", fleet.False: "no daemon"}[f.Daemon]
	return strings.Trim(f.Nix+", "+daemon, ", ")
}

// inhibitors says what a switch must not change: JSON, of which only the names
// of store paths tell people something.
func inhibitors(text, ellipsis string) string {
	var is map[string]string
	if json.Unmarshal([]byte(text), &is) != nil {
		return word.Short(strings.Join(strings.Fields(text), " "), 200, ellipsis)
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(is)) {
		_, name, ok := strings.Cut(path.Base(is[key]), "-")
		if !ok {
			name = is[key]
		}
		parts = append(parts, key+" "+name)
	}
	return word.Short(strings.Join(parts, ", "), 200, ellipsis)
}

// nextOfCurrent says what to do about a machine that runs what is wanted.
func (v *View) nextOfCurrent() string {
	f := &v.host().Facts
	switch {
	case f.Units != nil && f.Units.Failed > 0:
		return "see why they failed: assay ssh " + v.link.Name + " -- systemctl --failed"
	case f.Reboot() == fleet.True:
		return "reboot the host when it suits: until then it runs with parts of a former system"
	}
	return "nothing: it runs what is wanted"
}
