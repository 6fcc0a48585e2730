// Package planned is the view of Known.Planning: a plan while it is made, and
// what it would change, for somebody to approve. Nothing happens here: the
// console carries the plan out when it is asked to, after a confirmation.
//
// A View belongs to one goroutine, the console's.
package planned

import (
	"context"
	"errors"
	"strings"

	"assay/fleet/run/plan"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// View is the view of the plan.
type View struct {
	env  view.Env
	tree *outline.Outline
	// out are the machines that the operator leaves out of the plan of that id.
	out   map[string]bool
	id    string
	whole map[int]bool // groups whose differences somebody wants to see
	all   bool         // those of all
	made  made
	above int  // lines of the last Render above the tree
	total *sum // of the plan without those left out; nil when that has changed
}

// made is what the tree was made from.
type made struct {
	plan *plan.Plan
	w    int
}

// New returns the view.
func New(env view.Env, _ view.Link) *View {
	v := &View{env: env, tree: outline.New(env, "machine or difference"), out: map[string]bool{}, whole: map[int]bool{}}
	return v
}

// Scope is that of plans.
func (v *View) Scope() action.Scope { return action.Plan }

// Title is the view's name.
func (v *View) Title() string {
	if p := v.env.Known.Planning; p != nil && p.Back {
		return "plan of a rollback"
	}
	return "plan"
}

// Note says which plan it is and how old.
func (v *View) Note() string {
	p := v.plan()
	if p == nil {
		return ""
	}
	dot := " " + v.env.Style.Glyphs.Dot + " "
	note := v.applied(p) + dot + word.Age(v.env.Known.Now.Sub(p.At)) + " old"
	if v.tree.Filtered() {
		note += dot + "filtered"
	}
	return note
}

// Needs is nothing: the console makes a plan when it is asked to.
func (v *View) Needs() []known.Need { return nil }

// Link is where the view is.
func (v *View) Link() view.Link { return view.Link{Place: view.Plan} }

// Input is the line of the filter.
func (v *View) Input() *widget.Input { return v.tree.Input() }

// plan is the plan that is shown, nil while there is none. What was left out
// of another plan is forgotten.
func (v *View) plan() *plan.Plan {
	planning := v.env.Known.Planning
	if planning == nil || planning.Busy || planning.Err != nil || planning.Plan == nil {
		return nil
	}
	if p := planning.Plan; v.id != p.ID {
		v.id = p.ID
		clear(v.out)
		clear(v.whole)
		v.all, v.total = false, nil
	}
	return planning.Plan
}

// Render draws the plan, or how far it is, or why there is none.
func (v *View) Render(w, h int) string {
	if h <= 0 {
		return ""
	}
	p := v.plan()
	if p == nil {
		return v.draw(v.instead(w, h), w, h)
	}
	v.fill(p, w)
	head := v.head(p)
	if v.above = len(head); h < v.above+4 {
		v.above = 0
		return v.tree.Render(w, h)
	}
	return v.draw(head, w, len(head)) + "\n" + v.tree.Render(w, h-len(head))
}

func (v *View) draw(lines []widget.Line, w, h int) string {
	return widget.Block(v.env.Style, lines, w, h)
}

// instead is what to show where there is no plan.
func (v *View) instead(w, h int) []widget.Line {
	p, key := v.env.Known.Planning, v.env.Key
	switch {
	case p == nil:
		return []widget.Line{
			{widget.R(style.Strong, "There is no plan.")}, {},
			{widget.P("A plan says what an update or a rollback would change, before anything does.")},
			{widget.P("In the machines (" + key(action.ToMachines) + "), " + key(action.PlanUpdate) + " plans the update of the marked ones,")},
			{widget.P("and " + key(action.PlanBack) + " their way back to a former generation.")},
		}
	case p.Busy:
		return v.progress(p, w, h)
	case p.Err != nil:
		return v.failure(p, w)
	}
	return []widget.Line{{widget.R(style.Unknown, "The plan is not there, and nobody says why.")}, {widget.P(key(action.Refresh) + " plans anew")}}
}

func (v *View) failure(p *known.Planning, w int) []widget.Line {
	lines := []widget.Line{{widget.R(style.Fail, v.env.Style.Glyphs.Fail+" There is no plan; nothing has happened.")}, {}}
	text := p.Err.Error()
	if errors.Is(p.Err, context.Canceled) {
		text = "The planning was stopped."
	}
	for part := range strings.SplitSeq(text, "\n") {
		cause, hint, _ := strings.Cut(part, "; hint: ")
		for _, l := range view.Fold(cause, w) {
			lines = append(lines, widget.Line{widget.P(l)})
		}
		if hint != "" {
			lines = append(lines, widget.Line{widget.R(style.Muted, "hint: "), widget.P(hint)})
		}
	}
	return append(lines, widget.Line{}, widget.Line{widget.R(style.Key, v.env.Key(action.Refresh)), widget.P(" plans " + word.Names(p.Machines, 5) + " anew, " + v.env.Key(action.Back) + " goes back")})
}
