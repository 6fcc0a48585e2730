package machine

import (
	"strconv"
	"strings"

	"assay/fleet"
	"assay/modules/compose"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// Widths of the overview.
const (
	labelWidth = 12
	margin     = labelWidth + 6 // what stands before a value
)

// overview says how the machine is, what to do next, what its host said and
// what the registry declares.
func (v *View) overview(w int) []*outline.Item {
	items := v.stateRows(w)
	items = append(items, v.problems(w)...)
	items = append(items, v.factRows(w)...)
	return append(append(items, v.declared(w)...), v.written(w)...)
}

// row is a line "label value"; what is too long for it goes on below.
func row(label string, w int, spans ...widget.Span) *outline.Item {
	line := append(widget.Line{widget.R(style.Muted, widget.Pad(label, labelWidth))}, spans...)
	text := widget.Line(spans).Text()
	it := &outline.Item{
		Node: widget.Node{ID: label, Line: line, Open: true},
		Copy: text, What: "the line", Words: []string{label, text},
	}
	last := len(spans) - 1
	if last < 0 {
		return it
	}
	before := widget.Line(spans[:last]).Text()
	parts := view.Fold(spans[last].Text, w-margin-term.Width(before))
	if len(parts) < 2 {
		return it
	}
	it.Line[len(it.Line)-1].Text = parts[0]
	for i, p := range parts[1:] {
		it.Add(outline.Note(outline.Sub(label, "more", i), widget.P(strings.Repeat(" ", labelWidth)), widget.R(spans[last].Role, p)))
	}
	return it
}

// title is a line above others.
func title(id, text, note string) *outline.Item {
	return outline.Note(id, widget.R(style.Heading, text), widget.R(style.Muted, note))
}

func (v *View) stateRows(w int) []*outline.Item {
	h := v.host()
	state := view.StateSpan(v.env.Style, h)
	remark, gap := widget.P(""), widget.P("  ")
	if !h.Asked.IsZero() {
		if text := word.Remark(h.Status); text != "" {
			remark = widget.P(text)
		}
	}
	if h.Busy && !h.Asked.IsZero() {
		state.Text += ", being asked again"
	}
	items := []*outline.Item{row("state", w, state, gap, remark), row("next", w, widget.P(v.next()))}
	for _, it := range items {
		it.At = v.machine().At
	}
	return items
}

// problems are those of the composition, or that it is not there.
func (v *View) problems(w int) []*outline.Item {
	c := v.composition()
	if c.Value.Machine == "" || c.Err != nil && len(c.Value.Problems) == 0 {
		return outline.Notes("composition", view.Loading(&c, "the composition"))
	}
	if len(c.Value.Problems) == 0 {
		return nil
	}
	items := []*outline.Item{title("problems", "problems", "  of the composition")}
	for i, p := range c.Value.Problems {
		items = append(items, v.problem(outline.Sub("problem", "", i), p, w))
	}
	return items
}

func (v *View) problem(self string, p compose.Problem, w int) *outline.Item {
	role, glyph := style.Warn, v.env.Style.Glyphs.Warn
	if p.Severity == fleet.Error {
		role, glyph = style.Fail, v.env.Style.Glyphs.Fail
	}
	it := &outline.Item{
		Node:  widget.Node{ID: self, Open: true, Line: widget.Line{widget.R(role, widget.Pad(glyph+" "+string(p.Severity), labelWidth))}},
		Words: []string{string(p.Severity), p.Text, p.Hint, p.At.String()}, Copy: p.Error(), What: "the problem",
	}
	parts := view.Fold(p.Text, w-margin)
	if len(parts) > 0 {
		it.Line = append(it.Line, widget.P(parts[0]))
	}
	rest := parts[min(1, len(parts)):]
	if p.Hint != "" {
		rest = append(rest, view.Fold("hint: "+p.Hint, w-margin)...)
	}
	for i, l := range rest {
		it.Add(outline.Note(outline.Sub(self, "more", i), widget.P(strings.Repeat(" ", labelWidth)+l)))
	}
	if !p.At.IsZero() {
		it.At, it.Link = p.At, view.At(p.At)
		it.Add(outline.Note(outline.Sub(self, "at", 0), widget.R(style.Link, strings.Repeat(" ", labelWidth)+p.At.String())))
	}
	return it
}

// declared is what the registry says of the machine.
func (v *View) declared(w int) []*outline.Item {
	m := v.machine()
	at := row("declared", 1<<20, widget.P("somewhere in the flake"))
	if !m.At.IsZero() {
		at = row("declared", 1<<20, widget.R(style.Link, m.At.String()))
		at.At, at.Link, at.What = m.At, view.At(m.At), "the place"
	}
	items := []*outline.Item{title("registry", "registry", ""), at}
	if v.env.Known.Adopted {
		items = []*outline.Item{title("registry", "configuration", ""), at, v.source(w)}
		if it := v.modules(w); it != nil {
			items = append(items, it)
		}
	}
	add := func(label, value, selector string) {
		if value == "" && v.env.Known.Adopted {
			return // flakes have no place for it
		}
		it := row(label, w, widget.P(word.OrUnknown(value)))
		it.At, it.What = m.At, "the "+label
		if selector != "" && value != "" {
			it.Link = view.Link{Place: view.Machines, Sub: selector + value}
		} else if !m.At.IsZero() {
			it.Link = view.At(m.At)
		}
		items = append(items, it)
	}
	add("class", string(m.Class), "class:")
	add("system", m.System, "system:")
	add("type", m.Type, "")
	add("user", m.User, "user:")
	items = append(items, v.tags("tags", m.Tags))
	if len(m.Computed) > 0 || !v.env.Known.Adopted {
		items = append(items, v.tags("computed", m.Computed))
	}
	items = append(items, deployment(m, w)...)
	return append(items, v.homes()...)
}

// tags is a line of tags; each has a line of its own below, which leads to
// the machines that have it.
func (v *View) tags(label string, tags []string) *outline.Item {
	m := v.machine()
	text := strings.Join(tags, " ")
	if text == "" {
		text = "none"
	}
	it := row(label, 1<<20, widget.P(text))
	it.Open, it.At = false, m.At
	for i, t := range tags {
		it.Add(&outline.Item{
			Node: widget.Node{ID: outline.Sub(label, "tag", i), Line: widget.Line{widget.P("@" + t)}},
			Link: view.Link{Place: view.Machines, Sub: "@" + t}, At: m.At, Copy: t, What: "the tag", Words: []string{t},
		})
	}
	return it
}

// deployment says how the machine is reached and built.
func deployment(m *fleet.Machine, w int) []*outline.Item {
	d := &m.Deploy
	text := strings.Join(d.Targets, ", ")
	switch {
	case text == "":
		text = "none declared"
	case d.Guessed:
		text += ", which follows from the fleet's domain"
	}
	items := []*outline.Item{row("targets", w, widget.P(text))}
	if len(d.Jump) > 0 {
		items = append(items, row("jump", w, widget.P(strings.Join(d.Jump, ", "))))
	}
	if d.Build != "" {
		items = append(items, row("built on", w, widget.P(d.Build)))
	}
	if d.Become != "" {
		items = append(items, row("become", w, widget.P(d.Become)))
	}
	for _, it := range items {
		it.At = d.At
		if it.At.IsZero() {
			it.At = m.At
		}
		if !it.At.IsZero() {
			it.Link = view.At(it.At)
		}
	}
	return items
}

// homes are the home-manager users with what each has.
func (v *View) homes() []*outline.Item {
	c := v.composition()
	var items []*outline.Item
	for i, home := range v.machine().Home {
		text := "home-manager"
		for j := range c.Value.Homes {
			if sc := &c.Value.Homes[j]; sc.User == home.User {
				text += ": " + word.Count(len(sc.Aspects), "aspect") + ", " +
					word.Count(len(sc.Options), "option") + ", " + word.Count(len(byName(sc.Packages)), "package")
			}
		}
		items = append(items, &outline.Item{
			Node: widget.Node{ID: "home " + strconv.Itoa(i), Line: widget.Line{
				widget.R(style.Muted, widget.Pad("home", labelWidth)), widget.P(home.User), widget.R(style.Muted, "  "+text),
			}},
			Link: view.Link{Place: view.Machine, Name: v.link.Name, Sub: "imports scope " + home.User},
			At:   home.At, Copy: home.User, What: "the user's name", Words: []string{"home", home.User},
		})
	}
	return items
}
