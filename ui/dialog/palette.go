package dialog

import (
	"strconv"
	"strings"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// Palette finds actions and places by name.
type Palette struct {
	env    view.Env
	index  *index
	recent *Recent
	input  *widget.Input
	list   *widget.Tree
	shown  []Entry // what the list has, by node ID
	found  int     // how many match
	wide   int     // the columns that the list is made for
	why    string  // why what was chosen does nothing
}

const (
	paletteWidth, paletteHeight = 96, 24
	// paletteMost is how many of the matches are in the list: nobody scrolls
	// to the others.
	paletteMost = 500
)

// NewPalette offers the entries. What is chosen is added to recent, which may
// be nil.
func NewPalette(env view.Env, entries []Entry, recent *Recent) *Palette {
	p := &Palette{env: env, index: newIndex(entries), recent: recent, wide: paletteWidth}
	p.input = widget.NewInput(env.Style, ":", "an action, a machine, an aspect, a package ...")
	p.input.Focus()
	p.list = widget.NewTree(env.Style)
	p.list.Empty = []widget.Line{{widget.R(style.Muted, "Nothing has such a name; "+env.Key(action.InputEsc)+" closes.")}}
	p.find()
	return p
}

// Scope is that of lists.
func (p *Palette) Scope() action.Scope { return action.List }

// Input is the line for the name.
func (p *Palette) Input() *widget.Input { return p.input }

// find fills the list with what matches, the best first.
func (p *Palette) find() {
	p.shown, p.found = p.index.ranked(p.recent, p.input.Value(), paletteMost)
	p.fill()
	p.list.Do(action.Intent{ID: action.Top})
}

// fill makes the list for its width: what is at the right is always there, and
// the rest is cut where there is no room.
func (p *Palette) fill() {
	nodes := make([]*widget.Node, len(p.shown))
	for i := range p.shown {
		n := p.node(&p.shown[i])
		n.ID = strconv.Itoa(i)
		room := p.wide - 2 - 2 - term.Width(n.Right.Text())
		for s := range n.Line {
			n.Line[s].Text = term.Cut(term.Clean(n.Line[s].Text), room, p.env.Style.Glyphs.Ellipsis)
			room -= term.Width(n.Line[s].Text)
		}
		nodes[i] = n
	}
	p.list.SetRoots(nodes)
}

func (p *Palette) node(e *Entry) *widget.Node {
	name, more, _ := strings.Cut(e.Text, ": ")
	n := &widget.Node{Line: widget.Line{widget.R(style.Strong, name)}}
	if more != "" {
		n.Line = append(n.Line, widget.R(style.Muted, ": "+more))
	}
	right := widget.R(style.Muted, strings.TrimSpace(e.Note+"  "+e.Kind))
	switch {
	case e.Why != "":
		n.Line[0].Role = style.Muted
		right.Text = "not now: " + e.Why
	case e.Kind == actionKind:
		right = widget.R(style.Key, e.Note)
	}
	right.Text = term.Cut(term.Clean(right.Text), max(p.wide/2, 1), p.env.Style.Glyphs.Ellipsis)
	n.Right = widget.Line{right}
	return n
}

// Do carries out an intent.
func (p *Palette) Do(in action.Intent) Result {
	p.why = ""
	switch in.ID {
	case action.Dismiss, action.InputEsc:
		return Result{Close: true}
	case action.Choose, action.InputDone:
		return p.choose()
	case action.InputText:
		p.find()
	case action.InputDown, action.InputNext:
		p.list.Do(action.Intent{ID: action.Down})
	case action.InputUp:
		p.list.Do(action.Intent{ID: action.Up})
	default:
		p.list.Do(in)
	}
	return Result{}
}

func (p *Palette) choose() Result {
	n := p.list.Cursor()
	if n == nil {
		return Result{}
	}
	i, err := strconv.Atoi(n.ID)
	if err != nil || i >= len(p.shown) {
		return Result{}
	}
	e := &p.shown[i]
	if e.Why != "" {
		p.why = e.Why
		return Result{}
	}
	p.recent.add(*e)
	return e.result()
}

// Click moves the cursor; a click on what is under it chooses that.
func (p *Palette) Click(x, y int) Result {
	if p.list.Click(x-sides/2, y-ends/2-1) {
		return p.choose()
	}
	return Result{}
}

// Render draws the box. It does not change its size while somebody types.
func (p *Palette) Render(w, h int) []string {
	w, h = room(w, h, paletteWidth, paletteHeight)
	if p.wide != w {
		p.wide = w
		p.fill()
	}
	body := []string{p.top(w)}
	if h > 1 {
		body = append(body, lines(p.list.Render(w, h-1))...)
	}
	key := p.env.Key
	hints := row(widget.Hint(key(action.InputDone), "go"), widget.Hint(key(action.InputDown)+" "+key(action.InputUp), "move"), widget.Hint(key(action.InputEsc), "close"))
	return box(p.env.Style, "Actions and places", body, hints, w)
}

// top draws the line that is typed on, and how many entries match.
func (p *Palette) top(w int) string {
	note := widget.R(style.Muted, "  "+word.Count(p.found, "match")+" ")
	if p.found != 1 {
		note.Text = "  " + strconv.Itoa(p.found) + " matches"
	}
	if p.why != "" {
		note = widget.R(style.Warn, "  not now: "+p.why)
	}
	wide := min(term.Width(term.Clean(note.Text)), max(w-12, 0))
	return p.input.Render(w-wide) + widget.Draw(p.env.Style, widget.Line{note}, wide)
}
