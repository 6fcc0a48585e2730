// Package outline is what several views are made of: a tree whose lines lead
// somewhere, have a place in a file and something to copy, with a filter. It
// carries out what all such views have in common, so that their owners only
// say what there is to show.
//
// An Outline belongs to one goroutine, the console's.
package outline

import (
	"strconv"
	"strings"

	"assay/ui/action"
	"assay/ui/view"
	"assay/ui/widget"
)

// Below separates the identity of an item from that of something below it that
// belongs to it, in identities of such things. No name has it.
const Below = "\x00"

// Sub is the identity of the n-th thing of its kind below another one.
func Sub(self, what string, n int) string { return self + Below + what + strconv.Itoa(n) }

// Outline is a tree of items with a line for a filter.
type Outline struct {
	env    view.Env
	tree   *widget.Tree
	input  *widget.Input
	roots  []*Item
	items  map[*widget.Node]*Item
	terms  []string // of the filter
	total  int      // items that a filter can find
	found  int      // those that it does
	wanted string   // to be shown as soon as it is there
	noun   string
	made   map[string]bool // whose More was wanted, by ID
	later  []*widget.Node  // stands for what More will make
}

// New returns an empty outline. Noun is what a filter finds: "option".
func New(env view.Env, noun string) *Outline {
	return &Outline{
		env: env, noun: noun, made: map[string]bool{}, later: []*widget.Node{{ID: "later"}},
		tree:  widget.NewTree(env.Style),
		input: widget.NewInput(env.Style, "/", "words that are all in it"),
	}
}

// Set gives the outline its items. Cursor, filter and what is open stay.
func (o *Outline) Set(roots []*Item) {
	o.roots, o.total = roots, 0
	o.items = make(map[*widget.Node]*Item, len(o.items))
	o.tree.SetRoots(o.gather(roots))
	o.found = o.tree.Found()
	if o.wanted != "" {
		o.Reveal(o.wanted)
	}
}

func (o *Outline) gather(items []*Item) []*widget.Node {
	nodes := make([]*widget.Node, len(items))
	for i, it := range items {
		nodes[i] = &it.Node
	}
	o.add(items)
	return nodes
}

// add takes items and what is below them in.
func (o *Outline) add(items []*Item) {
	for _, it := range items {
		o.items[&it.Node] = it
		it.Placed = it.Placed || placed(it)
		if it.Words != nil {
			o.total++
		}
		if it.More != nil {
			it.Children = o.later
			if o.made[it.ID] {
				o.make(it)
			}
			continue
		}
		o.add(it.below)
	}
}

// placed reports whether what stands at the right of an item is its place.
func placed(it *Item) bool {
	if len(it.Right) != 1 || it.At.IsZero() || it.Right[0].Text == "" {
		return false
	}
	return strings.HasSuffix(it.At.String(), it.Right[0].Text)
}

// Note is a view's note with which lines are on the screen, where those are
// not all.
func (o *Outline) Note(text string) string {
	at := o.tree.Position()
	switch {
	case at == "" || o.Filtered() && o.found == 0:
		return text
	case text == "":
		return at
	}
	return text + " " + o.env.Style.Glyphs.Dot + " " + at
}

// make makes what is below an item, if that was not done before.
func (o *Outline) make(it *Item) {
	if it == nil || it.More == nil {
		return
	}
	more := it.More
	it.More, it.Children = nil, nil
	it.Add(more()...)
	o.made[it.ID] = true
	o.add(it.below)
}

// makeAll makes everything that is below something.
func (o *Outline) makeAll(items []*Item) {
	for _, it := range items {
		o.make(it)
		o.makeAll(it.below)
	}
}

// Empty says what to show where there is nothing.
func (o *Outline) Empty(lines []widget.Line) { o.tree.Empty = lines }

// Reveal puts the cursor on an item, as soon as it is there.
func (o *Outline) Reveal(id string) {
	o.wanted = id
	if o.items == nil {
		return
	}
	above, _, _ := strings.Cut(id, Below)
	for _, it := range o.items {
		if it.ID == above {
			o.make(it)
			break
		}
	}
	if o.tree.Reveal(id) {
		o.wanted = ""
	}
}

// Cursor is the item under the cursor, or nil.
func (o *Outline) Cursor() *Item {
	if n := o.tree.Cursor(); n != nil {
		return o.items[n]
	}
	return nil
}

// Input is the line on which the filter is typed.
func (o *Outline) Input() *widget.Input { return o.input }

// Total is how many items a filter can find, Found how many it finds now.
func (o *Outline) Total() int { return o.total }

// Found is how many items the filter finds: all without one.
func (o *Outline) Found() int {
	if len(o.terms) == 0 {
		return o.total
	}
	return o.found
}

// Filtered reports whether a filter leaves something out.
func (o *Outline) Filtered() bool { return len(o.terms) > 0 }

// filter applies what is typed to the tree.
func (o *Outline) filter() {
	o.terms = strings.Fields(strings.ToLower(o.input.Value()))
	if len(o.terms) == 0 {
		o.tree.Filter(nil)
		return
	}
	o.found = o.tree.Filter(func(n *widget.Node) bool {
		it := o.items[n]
		return it != nil && it.matches(o.terms)
	})
}

// Render draws h lines of w columns; the last one is the filter's while there
// is one.
func (o *Outline) Render(w, h int) string {
	if h <= 0 {
		return ""
	}
	if !o.input.Shown() || h == 1 {
		return o.body(w, h)
	}
	return o.body(w, h-1) + "\n" + o.input.Render(w)
}

// body draws the tree, or that the filter leaves nothing of what there is.
func (o *Outline) body(w, h int) string {
	if !o.Filtered() || o.found > 0 || len(o.roots) == 0 {
		return o.tree.Render(w, h)
	}
	lines := []widget.Line{
		{widget.P("no " + o.noun + " has all of these words: " + strings.Join(o.terms, " "))},
		{widget.P(o.env.Key(action.Back) + " shows all again")},
	}
	return widget.Block(o.env.Style, lines, w, h)
}

// Text is everything that the outline shows, opened, as plain text.
func (o *Outline) Text() string {
	o.makeAll(o.roots)
	var b strings.Builder
	for _, it := range o.roots {
		o.write(&b, it, 0, !o.Filtered())
	}
	return b.String()
}

// write adds an item with what is below it: all of it, or what the filter
// finds. It reports whether there was something.
func (o *Outline) write(b *strings.Builder, it *Item, depth int, all bool) bool {
	all = all || it.matches(o.terms)
	var below strings.Builder
	some := all
	for _, child := range it.below {
		some = o.write(&below, child, depth+1, all) || some
	}
	if !some {
		return false
	}
	b.WriteString(strings.Repeat("  ", depth) + strings.TrimRight(it.Line.Text(), " "))
	if right := it.Right.Text(); right != "" {
		b.WriteString("  " + right)
	}
	b.WriteByte('\n')
	b.WriteString(below.String())
	return true
}
