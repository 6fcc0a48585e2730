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
	note, at := cr(faint, unknownRemark(ch)), cr(faint, optionPlaces(ch))
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
		before, after := apart(c(ch.Old).text, c(ch.New).text, room)
		value.text = before + " -> " + after
	}
	value.text = short(value.text, room)
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

// unknownRemark says that a value is not known, and why.
func unknownRemark(ch *plan.OptionChange) string {
	switch {
	case ch.Known:
		return ""
	case ch.Why == "":
		return "(as written; what it comes to is unknown)"
	}
	return "(as written; " + short(ch.Why, 120) + ")"
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
	return short(c(e).text, p.room(len("        + ")))
}

// apart cuts two texts so that both together take at most so many runes and
// the first difference can be seen.
func apart(a, b string, room int) (string, string) {
	x, y := []rune(a), []rune(b)
	room -= len(" -> ")
	if len(x)+len(y) <= room {
		return a, b
	}
	same := 0
	for same < min(len(x), len(y)) && x[same] == y[same] {
		same++
	}
	left := max(room/2, 8)
	right := left
	switch { // what one does not need is the other's
	case len(x) < left:
		right = max(room-len(x), left)
	case len(y) < right:
		left = max(room-len(y), right)
	}
	return window(x, same, left), window(y, same, right)
}

// window is so many runes of a text, those around a place.
func window(text []rune, place, n int) string {
	if len(text) <= n {
		return string(text)
	}
	start := max(0, place-n/4)
	if start <= 1 {
		return string(text[:n-1]) + "…"
	}
	if start+n-1 >= len(text) {
		return "…" + string(text[len(text)-n+1:])
	}
	return "…" + string(text[start:start+n-2]) + "…"
}

// optionPlaces says where an option's value comes from.
func optionPlaces(ch *plan.OptionChange) string {
	if ch.At != "" {
		return ch.At
	}
	var places []string
	for _, def := range ch.From {
		places = append(places, def.At)
	}
	return strings.Join(places, ", ")
}

// short cuts a text to at most n runes.
func short(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}
