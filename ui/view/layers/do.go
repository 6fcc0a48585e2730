package layers

import (
	"strings"

	"assay/ui/action"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.refresh()
	switch in.ID {
	case action.NextTab, action.PrevTab:
		v.part = inAnswer - v.part
	case action.Filter:
		v.begin()
	case action.InputText, action.InputNext, action.InputDown, action.InputUp, action.InputDone:
		v.typed(in.ID)
	case action.InputEsc:
		v.takeBack()
	case action.Back:
		return v.back()
	case action.System:
		return v.systemChoice()
	case action.SystemSet:
		v.chooseSystem(in.Arg)
		v.refresh()
	case action.Enter:
		return v.enter()
	case action.ToHotfixes:
		return []view.Ask{view.Go{Link: view.Link{Place: view.Hotfixes, Name: v.asking()}}}
	case action.AskNix:
		return v.asksNix()
	case action.Refresh:
		return []view.Ask{view.Again{Needs: v.Needs()}}
	case action.CopyAll:
		return []view.Ask{view.Copy{What: "what is shown", Text: v.text()}}
	case action.Copy:
		if t := v.target(); t != nil && t.name != "" {
			return []view.Ask{view.Copy{What: "the name", Text: t.name}}
		}
	case action.Edit:
		if t := v.target(); t != nil && t.at.File != "" {
			return []view.Ask{view.Edit{At: t.at}}
		}
	default:
		v.tree().Do(in)
	}
	return nil
}

// tree is the one that the keys go to.
func (v *View) tree() *widget.Tree {
	if v.part == inStack {
		return v.stack.tree
	}
	return v.reply.tree
}

// target is what the cursor is on; nil for what nothing can be done with.
func (v *View) target() *target {
	if v.part == inStack {
		return v.stack.target()
	}
	if n := v.reply.tree.Cursor(); n != nil {
		return v.reply.targets[n.ID]
	}
	return nil
}

// begin begins a question.
func (v *View) begin() {
	v.before = asked{v.pkg, v.part}
	v.picked = -1
	v.input.SetValue("")
	v.input.Focus()
	v.part = inAnswer
}

// typed follows what is typed.
func (v *View) typed(id action.ID) {
	s := v.suggestions()
	switch id {
	case action.InputText:
		v.picked = -1
		v.pkg = v.before.pkg
		if name := strings.TrimSpace(v.input.Value()); name != "" {
			v.pkg = name
		}
	case action.InputDown:
		v.picked = min(v.picked+1, len(s.names)-1)
	case action.InputUp:
		v.picked = max(v.picked-1, -1)
	case action.InputNext:
		v.input.SetValue(s.complete(v.picked))
		v.typed(action.InputText)
	case action.InputDone:
		v.pkg = v.asking()
		v.input.SetValue("")
		v.input.Blur()
		if v.pkg == "" {
			v.part = v.before.part
		}
	}
}

// takeBack ends typing without a question.
func (v *View) takeBack() {
	v.pkg, v.part = v.before.pkg, v.before.part
	v.input.SetValue("")
	v.input.Blur()
}

// back takes back what was asked for since the view was opened, or leaves.
func (v *View) back() []view.Ask {
	switch {
	case v.input.Focused():
		v.takeBack()
	case v.env.Known.Evaluating.Busy:
		return []view.Ask{view.StopEvaluating{}}
	case v.pkg != v.home:
		v.ask(v.home)
		if v.home == "" {
			v.part = inStack
		}
	default:
		return []view.Ask{view.Leave{}}
	}
	return nil
}

// ask asks for a package.
func (v *View) ask(pkg string) {
	v.pkg, v.part = pkg, inAnswer
}

// enter opens what the cursor is on.
func (v *View) enter() []view.Ask {
	t := v.target()
	switch {
	case t == nil:
		v.tree().Toggle()
	case t.pkg != "":
		v.ask(t.pkg)
	case t.system != "":
		v.chooseSystem(t.system)
		v.refresh()
	case t.link.Place != "":
		return []view.Ask{view.Go{Link: t.link}}
	default:
		v.tree().Toggle()
	}
	return nil
}

// systemChoice offers the systems of the fleet's machines.
func (v *View) systemChoice() []view.Ask {
	var items []view.Item
	for _, system := range v.systems {
		n := 0
		for i := range v.env.Known.Fleet.Machines {
			if v.env.Known.Fleet.Machines[i].System == system {
				n++
			}
		}
		items = append(items, view.Item{Value: system, Text: system, Note: word.Count(n, "machine"), Now: system == v.system})
	}
	if len(items) == 0 {
		return nil
	}
	return []view.Ask{view.Choose{Title: "Layers on", Items: items, Intent: action.SystemSet}}
}

// text is the part that the keys go to, for the clipboard.
func (v *View) text() string {
	var b strings.Builder
	roots, title := v.stack.roots, "layers on "+v.system
	if v.part == inAnswer {
		roots, title = v.reply.roots, v.asking()+" on "+v.system
	}
	b.WriteString(widget.Line{widget.P(title)}.Text() + "\n")
	write(&b, roots, "")
	return b.String()
}

func write(b *strings.Builder, nodes []*widget.Node, indent string) {
	for _, n := range nodes {
		line := indent + n.Line.Text()
		if right := n.Right.Text(); right != "" {
			line += "  " + right
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
		write(b, n.Children, indent+"  ")
	}
}

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	v.refresh()
	t := v.target()
	switch id {
	case action.System:
		switch len(v.systems) {
		case 0:
			return "no system is known"
		case 1:
			return "all machines of the fleet are " + v.system
		}
	case action.ToHotfixes:
		return v.env.Known.Unread
	case action.AskNix:
		return v.noNix()
	case action.Enter:
		return v.noEnter(t)
	case action.Copy:
		if t == nil || t.name == "" {
			return "nothing to copy is under the cursor"
		}
	case action.Expand, action.Collapse, action.ExpandAll, action.CollapseAll:
		return v.noFold(id)
	case action.Edit:
		if t == nil || t.at.File == "" {
			return "what is under the cursor has no place in a file"
		}
	case action.CopyAll:
		if v.resolved() == nil {
			return "the layers are not read yet"
		}
	}
	return ""
}

// noEnter says why enter does nothing.
func (v *View) noEnter(t *target) string {
	n := v.tree().Cursor()
	switch {
	case n == nil:
		return "nothing is under the cursor"
	case len(n.Children) > 0, t != nil && (t.pkg != "" || t.system != "" || t.link.Place != ""):
		return ""
	}
	return "this line leads nowhere"
}

// noFold says why nothing opens or closes.
func (v *View) noFold(id action.ID) string {
	n := v.tree().Cursor()
	switch {
	case n == nil:
		return "nothing is under the cursor"
	case id == action.Expand && len(n.Children) == 0:
		return "nothing is below this line"
	}
	return ""
}

// Click puts the cursor where somebody clicked, and opens what has it already.
func (v *View) Click(x, y int) []view.Ask {
	g := v.place
	p, top := inStack, g.stack
	if top < 0 || g.left > 0 && x >= g.left {
		p, top = inAnswer, g.answer
	}
	if top < 0 || y < top {
		return nil
	}
	same := v.part == p
	v.part = p
	if v.tree().Click(x, y-top) && same {
		return v.enter()
	}
	return nil
}
