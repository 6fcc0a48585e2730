package cli

import (
	"strings"

	"assay/fleet/run/plan"
	"assay/ui/word"
)

// marked prints a thing that differs with the mark of how, and what belongs
// to it.
func (p *printer) marked(op plan.Op, cells ...cell) {
	mark := ops[op]
	p.pieces("    "+p.paint(mark.role, mark.text)+" ", len("    ~ "), cells)
}

// flow prints cells after an indent.
func (p *printer) flow(indent string, cells ...cell) { p.pieces(indent, len(indent), cells) }

// pieces prints cells with two spaces between them. What does not fit the
// terminal's line goes to a line of its own. So many columns are used by the
// beginning.
func (p *printer) pieces(beginning string, column int, cells []cell) {
	const further = 8
	var b strings.Builder
	b.WriteString(beginning)
	for i, c := range cells {
		switch {
		case c.text == "":
			continue
		case i == 0:
		case p.width > 0 && column+2+c.width() > p.width:
			b.WriteString("\n" + strings.Repeat(" ", further))
			column = further
		default:
			b.WriteString("  ")
			column += 2
		}
		b.WriteString(p.paint(c.role, p.fold(c.text, column, further)))
		column += c.width()
	}
	p.line("%s", b.String())
}

func (p *printer) optionChanges(list []plan.OptionChange) {
	p.section("options", len(list))
	for i := range list {
		p.optionChange(&list[i])
	}
}

// optionChange prints one option: on one line what fits there, else of a
// value that changes the lines or elements that differ.
func (p *printer) optionChange(ch *plan.OptionChange) {
	name := c(word.Scoped(ch.Scope, ch.Path) + " =")
	note, at := cr(faint, word.AsWritten(ch, word.Ellipsis)), cr(faint, word.Places(ch))
	room := p.valueRoom(name, note, at)
	value := c(ch.New)
	switch ch.Op {
	case plan.Removed:
		value = c(ch.Old)
	case plan.Changed:
		value = c(ch.Old + " -> " + ch.New)
		if value.width() > room && p.difference(ch, note, at) {
			return
		}
		before, after := word.Apart(c(ch.Old).text, c(ch.New).text, room, word.Ellipsis)
		value.text = before + " -> " + after
	}
	value.text = word.Short(value.text, room, word.Ellipsis)
	if p.width > 0 && len("    ~ ")+name.width()+1+value.width() > p.width {
		p.marked(ch.Op, name, value, note, at)
		return
	}
	p.marked(ch.Op, cell{text: name.text + " " + value.text}, note, at)
}

// leastValue is how many runes of a value are shown, even where that takes a
// further line.
const leastValue = 40

// valueRoom is how many runes a value may take: beside its option's name and
// the rest, where that leaves enough, or else a line without the rest or
// without both.
func (p *printer) valueRoom(name, note, at cell) int {
	used := len("    ~ ") + name.width() + 1
	rest := at.width() + 2
	if note.text != "" {
		rest += note.width() + 2
	}
	switch {
	case p.width == 0:
		return p.room(0)
	case p.width-used-rest >= leastValue:
		return p.width - used - rest
	case p.width-used >= leastValue:
		return p.width - used
	}
	return max(p.width-len("        "), leastValue)
}

// difference prints what differs between two strings or lists. It is false
// for other values, and where nothing does but the order.
func (p *printer) difference(ch *plan.OptionChange, note, at cell) bool {
	name := c(word.Scoped(ch.Scope, ch.Path))
	if diff, cut := ch.Diff(); diff != "" {
		p.marked(ch.Op, name, note, at)
		p.diff(diff, valueShown, cut)
		return true
	}
	removed, added, ok := ch.Elements()
	if !ok || len(removed)+len(added) == 0 {
		return false
	}
	p.marked(ch.Op, name, note, at)
	var b strings.Builder
	for _, e := range removed {
		b.WriteString("- " + p.elementText(e) + "\n")
	}
	for _, e := range added {
		b.WriteString("+ " + p.elementText(e) + "\n")
	}
	p.diff(b.String(), valueShown, false)
	return true
}

func (p *printer) elementText(e string) string {
	return word.Short(c(e).text, p.room(len("        + ")), word.Ellipsis)
}
