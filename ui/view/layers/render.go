package layers

import (
	"fmt"
	"strings"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// both is the least width at which both parts are shown side by side.
const both = 120

// geometry is where the last Render put the trees.
type geometry struct {
	left          int // columns of the stack while the answer is beside it, else 0
	right         int // columns of the answer
	stack, answer int // the line in which each tree begins; -1 not shown
}

// Render draws one part, or both beside each other, and the line to type on.
func (v *View) Render(w, h int) string {
	v.refresh()
	v.place = geometry{right: v.place.right, stack: -1, answer: -1}
	var foot []string
	if v.input.Shown() {
		foot = append(foot, v.input.Render(w))
	}
	room := h - len(foot)
	if room < 1 || w < 1 {
		return widget.Fit(foot, w, h)
	}
	return widget.Fit(append(v.body(w, room), foot...), w, h)
}

func (v *View) body(w, h int) []string {
	v.stack.tree.Idle, v.reply.tree.Idle = false, false
	missing := unread(v.env, w)
	switch {
	case missing != nil:
		return v.draw(missing, w, h)
	case v.resolved() == nil:
		return v.draw(view.Loading(&v.env.Known.Stack, "layers"), w, h)
	case len(v.systems) == 0:
		return v.draw([]widget.Line{{widget.P("no layers: they depend on the system, and no machine of the fleet has one")}}, w, h)
	case w >= both:
		return v.beside(w, h)
	case v.part == inStack:
		return v.left(w, h)
	}
	return v.right(w, h)
}

// draw draws lines and fills the rest.
func (v *View) draw(lines []widget.Line, w, h int) []string {
	return strings.Split(widget.Block(v.env.Style, lines, w, h), "\n")
}

// beside draws the stack and the answer beside each other.
func (v *View) beside(w, h int) []string {
	const gap = 3
	v.place.left = (w - gap + 4) / 2
	v.stack.tree.Idle, v.reply.tree.Idle = v.part != inStack, v.part != inAnswer
	stack, answer := v.left(v.place.left, h), v.right(w-gap-v.place.left, h)
	rule := v.env.Style.Paint(style.Border, " "+v.env.Style.Glyphs.Vertical+" ")
	lines := make([]string, h)
	for y := range lines {
		lines[y] = stack[y] + rule + answer[y]
	}
	return lines
}

// left draws the stack: h lines.
func (v *View) left(w, h int) []string {
	s := v.resolved()
	head := []widget.Line{v.title(inStack, "layers on "+v.system, w)}
	for _, line := range view.Fold(composition(s), w-2) {
		head = append(head, widget.Line{widget.R(style.Muted, "  "+line)})
	}
	v.stack.tree.Empty = []widget.Line{{widget.R(style.Muted, "  no machine on this system has overlays")}}
	v.place.stack = min(len(head), h)
	if h <= len(head) {
		return v.draw(head, w, h)
	}
	lines := v.draw(head, w, len(head))
	return append(lines, strings.Split(v.stack.tree.Render(w, h-len(head)), "\n")...)
}

// right draws the answer, below suggestions where somebody types: h lines.
func (v *View) right(w, h int) []string {
	pkg := v.asking()
	v.place.right = w
	v.answer(pkg, w)
	text := "a package"
	if pkg != "" {
		text = pkg + " on " + v.system
	}
	head := append([]widget.Line{v.title(inAnswer, text, w)}, v.suggested()...)
	head = append(head, v.labels(pkg, w)...)
	v.reply.tree.Empty = v.invitation()
	v.place.answer = min(len(head), h)
	if h <= len(head) {
		return v.draw(head, w, h)
	}
	lines := v.draw(head, w, len(head))
	return append(lines, strings.Split(v.reply.tree.Render(w, h-len(head)), "\n")...)
}

// answer brings the reply up to the question.
func (v *View) answer(pkg string, w int) {
	told := v.evaluation(pkg)
	var problems []fleet.Problem
	if told != nil && v.resolved() != nil {
		problems = v.disagreements(told)
	}
	v.reply.answer(v.env.Known, &v.names, v.systems, question{pkg, v.system, v.source, told, w, v.input.Focused()}, problems)
}

// title is the first line of a part: marked where the keys go while both are to
// be seen, or else with the key that helps on.
func (v *View) title(p part, text string, w int) widget.Line {
	mark, role := "  ", style.Muted
	if v.part == p {
		role = style.Accent
	}
	if v.part == p && v.place.left > 0 {
		mark = v.env.Style.Glyphs.Mark + " "
	}
	line := widget.Line{widget.R(role, mark), widget.R(role, text)}
	if v.place.left > 0 {
		return line
	}
	key, does := v.env.Key(action.Filter), " asks for a package"
	if p == inAnswer {
		key, does = v.env.Key(action.NextTab), " shows all layers"
	}
	if room := w - term.Width(line.Text()) - term.Width(key+does); room > 1 {
		line = append(line, widget.P(strings.Repeat(" ", room)), widget.R(style.Key, key), widget.R(style.Muted, does))
	}
	return line
}

// suggested is a line for each suggestion, and one that says how to take one.
func (v *View) suggested() []widget.Line {
	s := v.suggestions()
	var lines []widget.Line
	for i, name := range s.names {
		mark, role := "    ", style.Link
		if i == v.picked {
			mark, role = "  "+v.env.Style.Glyphs.Cursor+" ", style.Selected
		}
		lines = append(lines, widget.Line{widget.P(mark), widget.R(role, name)})
	}
	if len(lines) > 0 {
		names := word.Count(s.all, "name")
		if s.all > len(s.names) {
			names = fmt.Sprintf("%d of %s", len(s.names), names)
		}
		lines = append(lines, widget.Line{widget.R(style.Muted, "    "+names+"; "),
			widget.R(style.Key, v.env.Key(action.InputNext)), widget.R(style.Muted, " completes, "),
			widget.R(style.Key, v.env.Key(action.InputDown)), widget.R(style.Muted, " chooses")})
	}
	if s.near != "" {
		lines = append(lines, widget.Line{widget.R(style.Muted, "    no such name; "), widget.R(style.Key, v.env.Key(action.InputNext)),
			widget.R(style.Muted, " makes it "), widget.R(style.Link, s.near)})
	}
	return lines
}

// invitation is what the answer shows before there is a question.
func (v *View) invitation() []widget.Line {
	lines := []widget.Line{{}, {widget.P("  Which channel supplies a package, and why?")}, {}}
	if v.input.Focused() {
		return append(lines, widget.Line{widget.R(style.Muted, "  Type its name.")})
	}
	enter := widget.R(style.Muted, " in the layers asks for the one under the cursor")
	if v.place.left == 0 {
		enter.Text = " in the layers (" + v.env.Key(action.NextTab) + ") asks for the one under the cursor"
	}
	return append(lines,
		widget.Line{widget.P("  "), widget.R(style.Key, v.env.Key(action.Filter)), widget.R(style.Muted, " asks for any name")},
		widget.Line{widget.P("  "), widget.R(style.Key, v.env.Key(action.Enter)), enter})
}
