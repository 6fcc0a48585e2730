package dialog

import (
	"strconv"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
)

// Choose lets the operator choose one of several.
type Choose struct {
	env  view.Env
	ask  view.Choose
	list *widget.Tree
}

// NewChoose offers what a view wants to have chosen from. The cursor is on
// what is chosen at the moment.
func NewChoose(env view.Env, ask view.Choose) *Choose {
	c := &Choose{env: env, ask: ask, list: widget.NewTree(env.Style)}
	c.list.Empty = []widget.Line{{widget.R(style.Muted, "There is nothing to choose from.")}}
	nodes := make([]*widget.Node, len(ask.Items))
	now := ""
	for i, item := range ask.Items {
		mark := "  "
		if item.Now {
			mark = env.Style.Glyphs.Mark + " "
			if now == "" {
				now = strconv.Itoa(i)
			}
		}
		nodes[i] = &widget.Node{ID: strconv.Itoa(i), Line: widget.Line{widget.R(style.Marked, mark), widget.P(item.Text)}, Right: c.note(item)}
	}
	c.list.SetRoots(nodes)
	c.list.Reveal(now)
	return c
}

func (c *Choose) note(item view.Item) widget.Line {
	if item.Note == "" {
		return nil
	}
	return widget.Line{widget.R(style.Muted, item.Note)}
}

// Scope is that of lists.
func (c *Choose) Scope() action.Scope { return action.List }

// Input is nil.
func (c *Choose) Input() *widget.Input { return nil }

// Do carries out an intent.
func (c *Choose) Do(in action.Intent) Result {
	switch in.ID {
	case action.Dismiss:
		return Result{Close: true}
	case action.Choose:
		return c.choose()
	}
	c.list.Do(in)
	return Result{}
}

func (c *Choose) choose() Result {
	n := c.list.Cursor()
	if n == nil {
		return Result{Close: true}
	}
	i, err := strconv.Atoi(n.ID)
	if err != nil {
		return Result{}
	}
	return Result{Close: true, Intent: action.Intent{ID: c.ask.Intent, Arg: c.ask.Items[i].Value}}
}

// Click moves the cursor; a click on what is under it chooses that.
func (c *Choose) Click(x, y int) Result {
	if c.list.Click(x-sides/2, y-ends/2) {
		return c.choose()
	}
	return Result{}
}

// Render draws the box.
func (c *Choose) Render(w, h int) []string {
	widest := max(term.Width(term.Clean(c.ask.Title))+4, 36)
	for _, item := range c.ask.Items[:min(len(c.ask.Items), 500)] {
		widest = max(widest, 6+term.Width(term.Clean(item.Text))+2+term.Width(term.Clean(item.Note)))
	}
	w, h = room(w, h, min(widest, 80), max(len(c.ask.Items), 1))
	key := c.env.Key
	return box(c.env.Style, c.ask.Title, lines(c.list.Render(w, h)), row(widget.Hint(key(action.Choose), "choose"), widget.Hint(key(action.Dismiss), "close")), w)
}
