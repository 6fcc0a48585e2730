package machine

import (
	"fmt"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
)

// Render implements view.View: the line of tabs and the part below it.
func (v *View) Render(w, h int) string {
	if w <= 0 || h <= 0 {
		return widget.Fit(nil, w, max(h, 0))
	}
	v.width = w
	if v.machine() == nil {
		return v.unknown(w, h)
	}
	tabs, _ := v.tabs(w)
	drawn := widget.Draw(v.env.Style, tabs, w)
	if h == 1 {
		return drawn
	}
	return drawn + "\n" + v.pane().Render(w, h-1)
}

// unknown says that there is no such machine.
func (v *View) unknown(w, h int) string {
	st := v.env.Style
	lines := []widget.Line{
		{widget.R(style.Fail, st.Glyphs.Fail+" the fleet has no machine "+v.link.Name)},
	}
	if near := v.nearest(); near != "" {
		lines = append(lines, widget.Line{widget.P("is it "), widget.R(style.Strong, near), widget.P("? "), widget.R(style.Key, v.env.Key(action.Enter)), widget.P(" opens it")})
	}
	lines = append(lines, widget.Line{widget.R(style.Key, v.env.Key(action.ToMachines)), widget.P(" shows the machines, "), widget.R(style.Key, v.env.Key(action.Back)), widget.P(" goes back")})
	return widget.Block(st, lines, w, h)
}

// nearest is the machine that an unknown name may mean, or "".
func (v *View) nearest() string {
	var names []string
	for i := range v.env.Known.Fleet.Machines {
		names = append(names, v.env.Known.Fleet.Machines[i].Name)
	}
	return fleet.Nearest(v.link.Name, names)
}

// tabs is the line of tabs, and in which column each begins. Where they do
// not fit there is the one that is shown, and how many there are.
func (v *View) tabs(w int) (line widget.Line, starts []int) {
	x := 0
	for i, p := range parts {
		starts = append(starts, x)
		text, role := " "+p.id+" ", style.Muted
		if i == v.at {
			text, role = "["+p.id+"]", style.Accent
		}
		line = append(line, widget.R(role, text), widget.P(" "))
		x += term.Width(text) + 1
	}
	if x-1 > w {
		text := fmt.Sprintf("[%s] %d of %d, %s: next", parts[v.at].id, v.at+1, len(parts), v.env.Key(action.NextTab))
		return widget.Line{widget.R(style.Accent, text)}, nil
	}
	return line, starts
}

// Click implements view.Clicking.
func (v *View) Click(x, y int) []view.Ask {
	if v.machine() == nil {
		return nil
	}
	if y > 0 {
		return v.pane().Click(x, y-1)
	}
	_, starts := v.tabs(v.width)
	for i := len(starts) - 1; i >= 0; i-- {
		if x >= starts[i] {
			v.show(i)
			break
		}
	}
	return nil
}

// show turns to a part.
func (v *View) show(i int) {
	v.panes[v.at].Input().Blur()
	v.at = i
	v.link.Sub = parts[i].id
}
