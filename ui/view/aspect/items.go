package aspect

import (
	"path"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// many is how many machines are shown one by one; more are put together by
// their ways.
const many = 20

// items are the parts of the view.
func (v *View) items(all []session.Aspect) []*outline.Item {
	a := v.shown
	var out []*outline.Item
	if registry := Registry(a); registry != "" {
		out = append(out, outline.Note("registry", widget.R(style.Muted, "a member of "), widget.P(registry)))
	}
	out = append(out,
		part("defined", "defined in "+word.Count(len(a.Files), "place"), Places("", "", a)),
		part("imports", "imports", Imports(v.env, "", "", a)),
		part("used", "imported by", Users("", "", a)),
		v.machines(a, all),
	)
	if others := v.others(all); len(others) > 0 {
		out = append(out, part("also", "of that name in other classes", others))
	}
	return out
}

// part is a heading with items below it, or a line that says there are none.
func part(id, title string, items []*outline.Item) *outline.Item {
	if len(items) == 0 {
		return outline.Note(id, widget.R(style.Muted, title+": nothing"))
	}
	searchable(items)
	it := &outline.Item{Node: widget.Node{ID: id, Line: widget.Line{widget.R(style.Strong, title)}, Open: true}}
	return it.Add(items...)
}

// searchable lets a filter find items by what they show.
func searchable(items []*outline.Item) {
	for _, it := range items {
		if it.Words == nil {
			it.Words = []string{it.Line.Text(), it.Right.Text()}
		}
	}
}

// others are the aspects of the same name in other classes.
func (v *View) others(all []session.Aspect) []*outline.Item {
	var out []*outline.Item
	for i := range all {
		b := &all[i]
		if b.Name != v.name || b.Class == v.class {
			continue
		}
		name := view.AspectName(b.Class, b.Name)
		it := &outline.Item{Node: widget.Node{ID: "also " + name, Line: widget.Line{widget.R(style.Link, name)}}}
		it.Right = widget.Line{widget.R(style.Muted, word.Count(len(b.Files), "place")+", "+who(b))}
		it.Link, it.Copy, it.At = view.ToAspect(b.Class, b.Name), name, b.Files[0].At
		out = append(out, it)
	}
	return out
}

// who counts the machines that get an aspect.
func who(a *session.Aspect) string {
	switch n := len(a.On()); {
	case n > 0:
		return word.Count(n, "machine")
	case a.Class != "" && !Applies(a.Class):
		return "not for machines"
	}
	return "no machine"
}

// machines are those that get the aspect.
func (v *View) machines(a *session.Aspect, all []session.Aspect) *outline.Item {
	if len(a.Machines) == 0 {
		if a.Class == "" {
			return outline.Note("machines", widget.R(style.Muted, "no machine and no home gets it, as far as is read; its class is not known"))
		}
		if !Applies(a.Class) {
			return outline.Note("machines", widget.R(style.Muted, "no machine and no home is of class "+string(a.Class)))
		}
		return outline.Note("machines", UnusedSpan(v.env.Style, v.unsure, ": no machine and no home gets it"))
	}
	classes := map[string]fleet.Class{}
	for _, m := range v.env.Known.Fleet.Machines {
		classes[m.Name] = m.Class
	}
	known := map[string]bool{}
	for i := range all {
		known[view.AspectName(all[i].Class, all[i].Name)] = true
	}
	items := make([]*outline.Item, len(a.Machines))
	pad := outline.Widest(a.Machines, func(u session.AspectUse) string { return u.Machine }, 30)
	for i, use := range a.Machines {
		class := classes[use.Machine]
		if use.User != "" {
			class = fleet.HomeManager
		}
		items[i] = machineItem(strconv.Itoa(i), use, pad, func(name string) view.Link {
			for _, c := range []fleet.Class{class, "generic"} {
				if known[view.AspectName(c, name)] {
					return view.ToAspect(c, name)
				}
			}
			return view.ToAspect("", name)
		})
	}
	title := "on " + who(a)
	if n := homes(a); n > 0 {
		title += ", in " + word.Count(n, "home")
	}
	searchable(items)
	if len(items) > many {
		items = byWay(a.Machines, items)
	}
	it := &outline.Item{Node: widget.Node{ID: "machines", Line: widget.Line{widget.R(style.Strong, title)}, Open: true}}
	return it.Add(items...)
}

func homes(a *session.Aspect) int {
	n := 0
	for _, use := range a.Machines {
		if use.User != "" {
			n++
		}
	}
	return n
}

// machineItem is a machine, or a home on it, with its way to the aspect below.
// aspect is the link to an aspect that the way names.
func machineItem(id string, use session.AspectUse, pad int, aspect func(string) view.Link) *outline.Item {
	it := &outline.Item{Node: widget.Node{ID: "machine " + id, Line: widget.Line{
		widget.R(style.Link, widget.Pad(use.Machine, pad)),
		widget.R(style.Muted, "  "+Through(use)),
	}}}
	it.Link, it.Copy = view.Link{Place: view.Machine, Name: use.Machine}, use.Machine
	if n := len(use.Way); n > 0 {
		it.At = use.Way[n-1].At
		it.Right = widget.Line{widget.R(style.Muted, it.At.String())}
	}
	for i, step := range use.Way {
		it.Add(stepItem(it.ID+" "+strconv.Itoa(i), use.Machine, step, aspect))
	}
	return it
}

// stepItem is one step of a way.
func stepItem(id, machine string, step compose.Step, aspect func(string) view.Link) *outline.Item {
	it := &outline.Item{Node: widget.Node{ID: id, Line: widget.Line{
		widget.R(style.Muted, widget.Pad(step.Kind, len("machine"))+" "),
		widget.R(style.Link, step.Name),
	}}, At: step.At, Copy: step.Name}
	it.Right = widget.Line{widget.R(style.Muted, step.At.String())}
	switch step.Kind {
	case "aspect":
		it.Link = aspect(step.Name)
	case "role":
		it.Link = view.Link{Place: view.Services, Name: step.Name}
	default:
		it.Link = view.Link{Place: view.Machine, Name: machine}
	}
	return it
}

// Through says by which way a machine gets an aspect, in few words.
func Through(use session.AspectUse) string {
	text := ""
	if use.User != "" {
		text = "home of " + use.User + ", "
	}
	if len(use.Way) == 0 {
		return text + "way is not known"
	}
	return text + Way(use.Way)
}

// Way says by what an aspect is reached: "by server > shells"; what the
// registry lists itself is reached by nothing else.
func Way(steps []compose.Step) string {
	var parts []string
	for i, s := range steps {
		switch {
		case s.Kind == "machine", s.Kind == "home", i == len(steps)-1:
		case s.Kind == "role":
			parts = append(parts, "role "+s.Name)
		default:
			parts = append(parts, s.Name)
		}
	}
	switch {
	case len(parts) > 0:
	case len(steps) > 0 && path.Ext(steps[0].At.File) == ".nix":
		return "by its configuration"
	default:
		return "by the registry"
	}
	return "by " + strings.Join(parts, " > ")
}

// byWay puts machines together that get the aspect by the same steps.
func byWay(uses []session.AspectUse, items []*outline.Item) []*outline.Item {
	var out []*outline.Item
	groups := map[string]*outline.Item{}
	for i, use := range uses {
		way := Through(use)
		g := groups[way]
		if g == nil {
			g = &outline.Item{Node: widget.Node{ID: "way " + way, Line: widget.Line{widget.P(way)}}}
			groups[way] = g
			out = append(out, g)
		}
		g.Add(items[i])
	}
	for _, g := range out {
		g.Right = widget.Line{widget.R(style.Muted, strconv.Itoa(len(g.Children)))}
	}
	return out
}
