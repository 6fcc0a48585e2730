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

// options shows every option that the tree sets with what it comes to, and
// below it every definition.
func (v *View) options(int) []*outline.Item {
	return v.composed(func(c *compose.Composition) []*outline.Item {
		var items []*outline.Item
		for _, sc := range scopes(c) {
			top := v.scopeItem(sc, len(sc.Options), "option")
			for i := range sc.Options {
				top.Add(v.option(sc, &sc.Options[i]))
			}
			items = append(items, top)
		}
		return items
	})
}

func (v *View) option(sc *compose.Scope, o *compose.Option) *outline.Item {
	g, m := v.env.Style.Glyphs, &o.Merged
	self := id(sc, o.Path)
	reason := strings.TrimPrefix(m.Reason, decider(o).String()+": ")
	role, glyph, says := style.Unknown, g.Unknown, "unknown: "+reason
	switch m.State {
	case compose.Known:
		role, glyph, says = style.OK, g.OK, m.Value.Text
	case compose.Conflict, compose.Invalid:
		role, glyph, says = style.Fail, g.Fail, string(m.State)+": "+reason
	}
	value := widget.P(says)
	if m.State != compose.Known {
		value.Role = role
	}
	line := widget.Line{widget.R(role, glyph+" "), widget.R(style.Strong, o.Path), widget.R(style.Muted, " = "), value}
	if m.State == compose.Open && len(o.Definitions) == 1 {
		only := o.Definitions[0].Value.Text // what is written comes before why that may not be all
		line = append(line[:3], widget.P(only), widget.R(style.Unknown, "  merge unknown: "+reason))
	}
	it := &outline.Item{
		Node: widget.Node{ID: self, Right: decided(o), Placed: true, Line: line},
		At:   decider(o), Copy: o.Path, What: "the option's path",
		Words: append(make([]string, 0, 4+4*len(o.Definitions)), o.Path, says, sc.User),
	}
	for i := range o.Definitions {
		d := &o.Definitions[i]
		it.Words = append(append(it.Words, d.Aspect, d.At.File, d.Condition), moved(d)...)
		if d.Value.Text != says {
			it.Words = append(it.Words, d.Value.Text)
		}
	}
	if len(o.Definitions) > 0 {
		it.More = func() []*outline.Item { return v.definitions(self, sc, o) }
	}
	return it
}

// definitions are the lines below an option: its value in full, where one line
// is too short for it, and every definition.
func (v *View) definitions(self string, sc *compose.Scope, o *compose.Option) []*outline.Item {
	var items []*outline.Item
	if o.Merged.State == compose.Known {
		items = inFull(outline.Sub(self, "value", 0), o.Merged.Value)
	} else if o.Merged.State == compose.Open && o.Merged.Reason != "" {
		items = append(items, remark(outline.Sub(self, "open", 0), "unknown: "+o.Merged.Reason, fleet.Pos{}))
	}
	for i := range o.Definitions {
		items = append(items, v.definition(outline.Sub(self, "definition", i), sc, o, i))
	}
	return items
}

// decider is the place of the definition that decides, or of the first one.
func decider(o *compose.Option) fleet.Pos {
	w := max(o.Merged.Winner, 0)
	if w < len(o.Definitions) {
		return o.Definitions[w].At
	}
	return o.Merged.Value.At
}

// decided says where the value comes from.
func decided(o *compose.Option) widget.Line {
	if n := len(o.Definitions); n > 1 && o.Merged.Winner < 0 {
		return widget.Line{widget.R(style.Muted, word.Count(n, "definition"))}
	}
	return outline.Near(decider(o))
}

// definition is one value that somebody gives the option.
func (v *View) definition(self string, sc *compose.Scope, o *compose.Option, i int) *outline.Item {
	d := &o.Definitions[i]
	line := widget.Line{v.standing(o, i)}
	for _, w := range moved(d) {
		line = append(line, widget.R(style.Warn, w+" "))
	}
	it := &outline.Item{
		Node: widget.Node{ID: self, Open: true, Line: append(line, widget.P(d.Value.Text))},
		At:   d.At, Copy: d.Value.Text, What: "the value",
	}
	if !d.At.IsZero() {
		it.Link = view.At(d.At)
	}
	it.Add(v.origin(self, sc, d.Aspect, d.At))
	if d.Condition != "" {
		it.Add(remark(outline.Sub(self, "if", 0), "only if "+d.Condition, d.At))
	}
	if !d.Value.Known {
		it.Add(remark(outline.Sub(self, "why", 0), "unknown: "+d.Value.Why, d.Value.At))
	}
	if o.Merged.State != compose.Known || d.Value.Text != o.Merged.Value.Text {
		it.Add(inFull(outline.Sub(self, "value", 0), d.Value)...)
	}
	return it
}

// remark is a line below a definition that says what is not known of it.
func remark(self, text string, at fleet.Pos) *outline.Item {
	it := &outline.Item{Node: widget.Node{ID: self, Line: widget.Line{widget.R(style.Unknown, text)}}, At: at, Copy: text, What: "the line"}
	if !at.IsZero() {
		it.Link = view.At(at)
	}
	return it
}

// standing says what becomes of a definition, as a glyph and a word.
func (v *View) standing(o *compose.Option, i int) widget.Span {
	g, m := v.env.Style.Glyphs, &o.Merged
	const wide = 13
	switch {
	case i == m.Winner:
		return widget.R(style.OK, widget.Pad(g.OK+" decides", wide))
	case m.State == compose.Known && m.Winner < 0 && o.Definitions[i].Priority == strongest(o):
		return widget.R(style.OK, widget.Pad(g.OK+" merged", wide))
	case m.State == compose.Known, m.Winner >= 0:
		return widget.R(style.Muted, widget.Pad(g.Skip+" overridden", wide))
	}
	return widget.R(style.Unknown, widget.Pad(g.Unknown+" open", wide))
}

// strongest is the priority that decides: the lowest number.
func strongest(o *compose.Option) int {
	p := o.Definitions[0].Priority
	for _, d := range o.Definitions[1:] {
		p = min(p, d.Priority)
	}
	return p
}

// Priorities and orders as the module system's functions give them.
const (
	plainPriority = 100
	plainOrder    = 1000
)

// moved says how a definition was written: mkForce, mkDefault, mkBefore.
func moved(d *compose.Definition) []string {
	var out []string
	switch d.Priority {
	case plainPriority:
	case 50:
		out = append(out, "mkForce")
	case 1000:
		out = append(out, "mkDefault")
	case 1500:
		out = append(out, "mkOptionDefault")
	default:
		out = append(out, "mkOverride "+strconv.Itoa(d.Priority))
	}
	switch d.Order {
	case plainOrder:
	case 500:
		out = append(out, "mkBefore")
	case 1500:
		out = append(out, "mkAfter")
	default:
		out = append(out, "mkOrder "+strconv.Itoa(d.Order))
	}
	return out
}

// What is shown of a value that one line is too short for.
const (
	longValue = 60  // columns from which on it is shown in full
	maxLines  = 200 // of one value
)

// inFull is a long value on lines of its own, closed: a text of several lines
// as it is, anything else wrapped.
func inFull(self string, value compose.Value) []*outline.Item {
	text, isText := value.Data.(string)
	several := isText && strings.Contains(strings.TrimSuffix(text, "\n"), "\n")
	if !several && term.Width(term.Clean(value.Text)) <= longValue {
		return nil
	}
	top := &outline.Item{
		Node: widget.Node{ID: self, Line: widget.Line{widget.R(style.Muted, "in full")}},
		At:   value.At, Copy: value.Text, What: "the value",
	}
	var lines []string
	if several {
		top.Copy = text
		lines = strings.SplitN(strings.TrimSuffix(text, "\n"), "\n", maxLines+1)
	} else {
		lines = view.Fold(value.Text, longValue)
	}
	for i, l := range lines[:min(len(lines), maxLines)] {
		top.Add(&outline.Item{Node: widget.Node{ID: outline.Sub(self, "", i), Line: widget.Line{widget.P(l)}}, At: value.At, Copy: l, What: "the line"})
	}
	if len(lines) > maxLines {
		top.Add(outline.Note(outline.Sub(self, "more", 0), widget.R(style.Muted, "more than "+strconv.Itoa(maxLines)+" lines: copy the whole from above")))
	}
	return []*outline.Item{top}
}
