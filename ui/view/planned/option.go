package planned

import (
	"fmt"
	"strings"

	"assay/fleet/run/plan"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

const (
	optionDepth = 2   // of an option in the tree
	leastValue  = 16  // columns of a value that are shown beside its place
	valueBytes  = 512 // of a value on one line; below it is all of it
	noteColumns = 22  // of what is said about a value beside it; below it is all of it
)

// option is an option that differs: its values as far as they fit, and below
// it the lines or elements that differ, the whole values, and who defines it.
func (b *builder) option(id string, ch *plan.OptionChange, onlyNix map[string]bool) *outline.Item {
	name, note, at := word.Scoped(ch.Scope, ch.Path), word.AsWritten(ch, b.v.env.Style.Glyphs.Ellipsis), b.places(ch)
	full := note
	if ch.Op != plan.Removed && onlyNix[name] {
		note, full = "(only Nix builds it)", "set, but not built here: only Nix builds it "+note
	}
	if note != "" {
		note = "  " + note
	}
	beside := term.Width(term.Clean(at)) + min(term.Width(term.Clean(note)), noteColumns)
	value, cut := b.value(ch, b.room(optionDepth)-term.Width(term.Clean(name))-len("~  = "), beside)
	it := item(id, mark(ch.Op), widget.P(name), widget.P(" = "+value))
	it.Words = []string{name, ch.Old[:min(len(ch.Old), valueBytes)], ch.New[:min(len(ch.New), valueBytes)]}
	if note != "" {
		it.Line = append(it.Line, widget.R(style.Unknown, note))
	}
	whole := lineWidth(it.Line)
	b.placed(it, at, optionDepth)
	it.Copy, it.What = ch.Path, "the option's path"
	if note != "" {
		it.Add(b.folded(id+" note", style.Unknown, full, optionDepth+1)...)
	}
	it.Add(b.parts(id, ch)...)
	if cut || note != "" || lineWidth(it.Line) < whole {
		it.Add(b.side(id+" old", "was ", ch.Old, style.Removed)...)
		it.Add(b.side(id+" new", "is  ", ch.New, style.Added)...)
	}
	if pos, ok := position(ch.At); ok && it.Right.Text() != ch.At {
		place := item(id+" at", widget.R(style.Muted, "decided at "+ch.At))
		place.At, place.Link, place.Copy, place.What = pos, view.At(pos), ch.At, "the place"
		it.Add(place)
	}
	return it.Add(b.defs(id, ch)...)
}

// places is where an option's value comes from: the place, or how many there
// are; then they are below it.
func (b *builder) places(ch *plan.OptionChange) string {
	if ch.At == "" && len(ch.From) > 1 {
		return word.Count(len(ch.From), "place")
	}
	return word.Places(ch)
}

// value is the option's change on one line, in what is left beside a place,
// or without it where that is too little. It reports whether it is not all.
func (b *builder) value(ch *plan.OptionChange, room, place int) (text string, cut bool) {
	if beside := room - place - 2; beside >= leastValue {
		room = beside
	}
	room = max(room, leastValue)
	ellipsis := b.v.env.Style.Glyphs.Ellipsis
	was, is := head(ch.Old), head(ch.New)
	switch ch.Op {
	case plan.Added:
		text = is
	case plan.Removed:
		text = was
	default:
		if x, y := word.Apart(was, is, room, ellipsis); x != ch.Old || y != ch.New {
			return x + " -> " + y, true
		}
		return was + " -> " + is, false
	}
	short := word.Short(text, room, ellipsis)
	return short, short != ch.Old+ch.New
}

// parts are the lines or elements in which the values differ.
func (b *builder) parts(id string, ch *plan.OptionChange) []*outline.Item {
	if ch.Op != plan.Changed {
		return nil
	}
	if diff, cut := ch.Diff(); diff != "" {
		return b.diff(id, diff, cut)
	}
	removed, added, ok := ch.Elements()
	if !ok || len(removed)+len(added) < 2 {
		return nil
	}
	var text strings.Builder
	for _, e := range removed {
		text.WriteString("- " + e + "\n")
	}
	for _, e := range added {
		text.WriteString("+ " + e + "\n")
	}
	return b.diff(id, text.String(), false)
}

// side is one side of the change, whole.
func (b *builder) side(id, title, value string, role style.Role) []*outline.Item {
	if value == "" {
		return nil
	}
	it := item(id, widget.R(style.Muted, title), widget.R(role, head(value)))
	it.Copy, it.What = value, "the value"
	return []*outline.Item{b.long(it, value, role, diffDepth)}
}

// defs are the definitions that take part, where no single one wins.
func (b *builder) defs(id string, ch *plan.OptionChange) []*outline.Item {
	if ch.At != "" || len(ch.From) == 0 {
		return nil
	}
	var list []*outline.Item
	for i, def := range ch.From {
		it := item(fmt.Sprint(id, " from ", i), widget.R(style.Muted, "defined by "), widget.P(def.Aspect))
		it.Copy, it.What = def.At, "the place"
		list = append(list, b.placed(it, def.At, diffDepth))
	}
	return list
}
