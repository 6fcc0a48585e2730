package machine

import (
	"errors"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// factRows is what the host said when it was asked, and what is wanted of it.
func (v *View) factRows(w int) []*outline.Item {
	h, k := v.host(), v.env.Known
	f := &h.Facts
	switch {
	case h.Asked.IsZero():
		return nil
	case f.Reach != fleet.Reachable:
		return []*outline.Item{
			title("host", "host", v.silent()),
			v.wanted(w),
		}
	}
	items := []*outline.Item{
		title("host", "host", "  as it said "+word.Age(k.Now.Sub(h.Asked))+" ago"),
		v.wanted(w),
		v.system("running", f.Running, w), v.system(booted, f.Booted, w), v.system("boots next", f.Profile, w),
	}
	items = append(items, v.profile(w), v.reboot(w))
	if f.Damaged != "" {
		items = append(items, row("damage", w, widget.R(style.Fail, v.env.Style.Glyphs.Fail+" "), widget.P(f.Damaged)))
	}
	return append(items, v.healthRows(w)...)
}

// silent says why there are no facts.
func (v *View) silent() string {
	h := v.host()
	if h.Facts.NoTarget {
		return "  has no target, so nobody asks it: what it runs is unknown"
	}
	return "  asked " + word.Age(v.env.Known.Now.Sub(h.Asked)) + " ago, did not answer: what it runs is unknown"
}

// profile is the generation of the system profile. One that is older than
// another and runs was gone back to, as far as can be told.
func (v *View) profile(w int) *outline.Item {
	f := &v.host().Facts
	if f.Generation == 0 {
		return row("generation", w, widget.R(style.Unknown, "unknown"))
	}
	text := strconv.Itoa(f.Generation) + " of the system profile, " + strconv.Itoa(len(f.Generations)) + " kept"
	newest := 0
	for _, g := range f.Generations {
		newest = max(newest, g.Number)
	}
	if newest > f.Generation && f.Running != "" && f.Running == f.Profile {
		text = "runs " + strconv.Itoa(f.Generation) + " of the system profile, " + strconv.Itoa(newest) + " is newer: rolled back?"
	}
	it := row("generation", w, widget.P(text))
	it.Link = view.Link{Place: view.Machine, Name: v.link.Name, Sub: "generations"}
	return it
}

// wanted is the system that the repository wants, or why there is none.
func (v *View) wanted(w int) *outline.Item {
	h, g := v.host(), v.env.Style.Glyphs
	switch {
	case h.WantedErr != nil:
		it := row("wanted", w, widget.R(style.Fail, g.Fail+" "), widget.P("none: "+h.WantedErr.Error()))
		if p := (fleet.Problem{}); errors.As(h.WantedErr, &p) && !p.At.IsZero() {
			it.At, it.Link = p.At, view.At(p.At)
		}
		return it
	case h.Wanted == "":
		return row("wanted", w, widget.R(style.Unknown, g.Unknown+" unknown"))
	}
	it := row("wanted", w, widget.P(word.Path(h.Wanted)))
	it.Copy, it.What = h.Wanted, "the store path"
	return it
}

// booted is the label of the system that the host has booted.
const booted = "booted"

// system is a system of the host and how it stands to the wanted one.
func (v *View) system(label, path string, w int) *outline.Item {
	h, g := v.host(), v.env.Style.Glyphs
	if path == "" {
		return row(label, w, widget.R(style.Unknown, g.Unknown+" unknown"))
	}
	says := widget.R(style.Unknown, "  "+g.Unknown+" what is wanted is unknown")
	switch {
	case label == booted && h.Wanted != "" && h.Wanted == h.Facts.Running && path != h.Wanted && h.Facts.Reboot() != fleet.True:
		says = widget.R(style.Muted, "  another system was booted")
	case h.Wanted == path:
		says = widget.R(style.OK, "  "+g.OK+" as wanted")
	case h.Wanted != "":
		says = widget.R(style.Warn, "  "+g.Warn+" not as wanted")
	}
	it := row(label, 1<<20, widget.P(word.Path(path)), says)
	it.Copy, it.What = path, "the store path"
	return it
}

// reboot says whether a reboot is needed, and for what.
func (v *View) reboot(w int) *outline.Item {
	g, f := v.env.Style.Glyphs, &v.host().Facts
	switch f.Reboot() {
	case fleet.True:
		return row("reboot", w, widget.R(style.Warn, g.Warn+" needed: "), widget.P("other than booted: "+word.OrUnknown(strings.Join(f.OldParts, ", "))))
	case fleet.False:
		why := "it booted what it runs"
		if f.Running != f.Booted {
			why = "what only a boot brings is as it was booted"
		}
		return row("reboot", w, widget.R(style.OK, g.OK+" not needed: "), widget.P(why))
	}
	why := "what it booted is not known"
	switch {
	case f.Running == "":
		why = "what it runs is not known"
	case f.Booted != "":
		why = "it booted another system, and does not say whether their kernels differ"
	}
	return row("reboot", w, widget.R(style.Unknown, g.Unknown+" unknown: "), widget.P(why))
}

// next says what to do about the machine's state.
func (v *View) next() string {
	h, k := v.host(), v.env.Known
	update, refresh := v.env.Key(action.PlanUpdate), v.env.Key(action.Refresh)
	if h.Asked.IsZero() {
		switch {
		case k.NoHosts != "":
			return k.NoHosts
		case h.Busy:
			return "the host is being asked"
		}
		return refresh + " asks the host what it runs"
	}
	if g := h.Facts.Guard; g != nil && g.State == "armed" {
		return "wait: the change is not confirmed yet, and the host goes back if nobody does"
	}
	switch h.State {
	case session.StateUnreachable:
		if h.Facts.NoTarget {
			return "say where it is, if it is to be reached: targets in [machines." + v.link.Name + ".deploy] of fleet.toml"
		}
		if h.Facts.Identity {
			return "find out who answers there before anything else: it is not known to be this machine"
		}
		return "see that the host is up and its targets are right; " + refresh + " asks it again"
	case session.StateBroken:
		return "repair the configuration; " + v.env.Key(action.Edit) + " on a problem opens the editor at its place"
	case session.StateDamaged:
		return update + " plans the update, which also repairs"
	case session.StateEmpty:
		return update + " plans its first system"
	case session.StateBehind:
		return update + " plans the update; nothing changes yet"
	case session.StateStaged:
		return "reboot the host, or " + update + " plans to switch now"
	case session.StateCurrent:
		return v.nextOfCurrent()
	}
	return "it does not say what it runs; " + refresh + " asks it again"
}
