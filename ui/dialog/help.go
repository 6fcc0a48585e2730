package dialog

import (
	"slices"
	"strings"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
)

// Help is the keys that work in a place, and why others do not. Enter does
// what the cursor is on.
type Help struct {
	env     view.Env
	list    *widget.Tree
	actions map[string]action.Action // by node ID
	why     map[string]string
	keys    int // columns of the widest keys
	short   int // and of the widest names
	high    int
}

// NewHelp explains the actions of a chain of scopes; disabled says why one of
// them does nothing now, "" when it does.
func NewHelp(env view.Env, keys *action.Keys, chain []action.Scope, disabled func(action.Action) string) *Help {
	h := &Help{env: env, list: widget.NewTree(env.Style), actions: map[string]action.Action{}, why: map[string]string{}}
	for _, a := range keys.In(chain) {
		h.keys = min(max(h.keys, term.Width(keyNames(a))), 24)
		h.short = min(max(h.short, term.Width(term.Clean(a.Short))), 18)
		h.actions[string(a.ID)], h.why[string(a.ID)] = a, disabled(a)
	}
	var nodes []*widget.Node
	told := map[action.ID]bool{}
	for i, s := range chain {
		var group []*widget.Node
		for _, a := range keys.In([]action.Scope{s}) {
			if !told[a.ID] {
				told[a.ID] = true
				group = append(group, h.node(a))
			}
		}
		if len(group) == 0 {
			continue
		}
		if i > 0 {
			nodes = append(nodes, &widget.Node{ID: "before " + string(s), Heading: true})
		}
		nodes = append(nodes, &widget.Node{ID: "scope " + string(s), Heading: true, Line: widget.Line{widget.R(style.Heading, strings.ToUpper(string(s)))}})
		nodes = append(nodes, group...)
	}
	h.list.SetRoots(nodes)
	h.high = len(nodes)
	return h
}

func keyNames(a action.Action) string {
	if len(a.Keys) == 0 {
		return "-"
	}
	return strings.Join(a.Keys, ", ")
}

func (h *Help) node(a action.Action) *widget.Node {
	key, rest, text := style.Key, style.Plain, a.Help
	if why := h.why[string(a.ID)]; why != "" {
		key, rest, text = style.Muted, style.Muted, "not now: "+why
	}
	st := h.env.Style
	return &widget.Node{ID: string(a.ID), Line: widget.Line{
		widget.R(key, widget.Draw(st, widget.Line{widget.P(keyNames(a))}, h.keys)+"  "),
		widget.R(rest, widget.Draw(st, widget.Line{widget.P(a.Short)}, h.short)+"  "+text),
	}}
}

// Scope is that of lists.
func (h *Help) Scope() action.Scope { return action.List }

// Input is nil.
func (h *Help) Input() *widget.Input { return nil }

// Do carries out an intent.
func (h *Help) Do(in action.Intent) Result {
	switch in.ID {
	case action.Dismiss:
		return Result{Close: true}
	case action.Choose:
		return h.choose()
	}
	h.list.Do(in)
	return Result{}
}

func (h *Help) choose() Result {
	n := h.list.Cursor()
	if n == nil || h.why[n.ID] != "" {
		return Result{}
	}
	return Result{Close: true, Intent: action.Intent{ID: action.ID(n.ID)}}
}

// Click moves the cursor; a click on what is under it does that.
func (h *Help) Click(x, y int) Result {
	if h.list.Click(x-sides/2, y-ends/2) {
		return h.choose()
	}
	return Result{}
}

// Render draws the box: the list, and what is under the cursor in full.
func (h *Help) Render(w, high int) []string {
	const foot = 5 // an empty line, three for what is under the cursor, the mouse
	w, high = room(w, high, 110, h.high+foot)
	list := high
	var tail []string
	if high > 2*foot-1 {
		list = high - foot
		tail = h.tail(w, foot)
	}
	body := slices.Concat(lines(h.list.Render(w, list)), tail)
	key := h.env.Key
	return box(h.env.Style, "What works here", body, row(widget.Hint(key(action.Choose), "do it"), widget.Hint(key(action.Dismiss), "close")), w)
}

// tail says all of what is under the cursor, and how to select text.
func (h *Help) tail(w, high int) []string {
	st := h.env.Style
	said := []string{widget.Draw(st, nil, w)}
	if n := h.list.Cursor(); n != nil {
		a := h.actions[n.ID]
		for _, line := range fold(a.Short+": "+a.Help+".", w) {
			said = append(said, widget.Draw(st, widget.Line{widget.P(line)}, w))
		}
		if why := h.why[n.ID]; why != "" {
			said = append(said, widget.Draw(st, widget.Line{widget.R(style.Warn, "Not now: "+why)}, w))
		}
	}
	mouse := "shift or option and drag selects text; " + h.env.Key(action.Mouse) + " gives the mouse to the terminal"
	out := lines(widget.Fit(said, w, high-1))
	return append(out, widget.Draw(st, widget.Line{widget.R(style.Muted, mouse)}, w))
}
