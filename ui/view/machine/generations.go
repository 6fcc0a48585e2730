package machine

import (
	"slices"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// generations shows the entries of the host's system profile, the newest
// first, as the host named them when it was asked.
func (v *View) generations(int) []*outline.Item {
	h := v.host()
	if len(h.Facts.Generations) == 0 {
		v.panes[v.at].Empty(v.noGenerations())
		return nil
	}
	items := []*outline.Item{outline.Note("as of",
		widget.R(style.Muted, "as the host said "+word.Age(v.env.Known.Now.Sub(h.Asked))+" ago; "),
		widget.R(style.Key, v.env.Key(action.PlanBack)), widget.R(style.Muted, " plans the way back to the one under the cursor"))}
	list := slices.Clone(h.Facts.Generations)
	slices.SortStableFunc(list, func(a, b fleet.Generation) int { return b.Number - a.Number })
	wide := len(strconv.Itoa(list[0].Number))
	runs := false
	for _, g := range list {
		items = append(items, v.generationItem(g, wide))
		runs = runs || g.Path == h.Facts.Running
	}
	if !runs && h.Facts.Running != "" {
		items = append(items, outline.Note("running", widget.R(style.Warn,
			v.env.Style.Glyphs.Warn+" the host runs "+word.Path(h.Facts.Running)+", which is none of these")))
	}
	return items
}

func (v *View) generationItem(g fleet.Generation, wide int) *outline.Item {
	roles := v.rolesOf(g.Path)
	path := word.OrUnknown(word.Path(g.Path))
	role, mark := style.Plain, " "
	if slices.Contains(roles, "running") {
		role, mark = style.OK, v.env.Style.Glyphs.Mark
	}
	n := strconv.Itoa(g.Number)
	says := strings.Join(roles, ", ")
	return &outline.Item{
		Node: widget.Node{
			ID: "generation " + n,
			Line: widget.Line{
				widget.R(role, mark+" "), widget.R(style.Strong, strings.Repeat(" ", max(wide-len(n), 0))+n),
				widget.P("  " + widget.Pad(path, 8) + "  "), widget.R(role, says),
			},
			Right: widget.Line{widget.R(style.Muted, g.Path)},
		},
		Copy: g.Path, What: "the store path", Number: g.Number, Words: []string{n, g.Path, says},
	}
}

// rolesOf says what a system is to the host.
func (v *View) rolesOf(path string) []string {
	if path == "" {
		return nil
	}
	h := v.host()
	var out []string
	for _, r := range []struct{ path, says string }{
		{h.Facts.Running, "running"}, {h.Facts.Booted, "booted"}, {h.Facts.Profile, "boots next"}, {h.Wanted, "wanted"},
	} {
		if r.path == path {
			out = append(out, r.says)
		}
	}
	return out
}

// noGenerations says why there is nothing to show.
func (v *View) noGenerations() []widget.Line {
	h, k := v.host(), v.env.Known
	again := widget.Line{widget.R(style.Key, v.env.Key(action.Refresh)), widget.P(" asks it again")}
	switch {
	case h.Asked.IsZero() && h.Busy:
		return []widget.Line{{widget.R(style.Busy, "asking the host")}}
	case h.Asked.IsZero() && k.NoHosts != "":
		return []widget.Line{{widget.P("only the host knows its generations, and no host can be reached:")}, {widget.P(k.NoHosts)}}
	case h.Asked.IsZero():
		again[1].Text = " asks it"
		return []widget.Line{{widget.P("only the host knows its generations, and nobody has asked it yet")}, again}
	case h.Facts.Reach != fleet.Reachable:
		return []widget.Line{{view.StateSpan(v.env.Style, h), widget.P(": " + h.Facts.Cause)}, again}
	}
	return []widget.Line{{widget.P("the host says that its system profile has no generations")}, again}
}
