// Package hotfixes is the view of the packages that the overlay takes from
// elsewhere for a while: those that do nothing or can go first, and beside
// the one under the cursor all that its verdict is made of.
//
// A View belongs to one goroutine, the console's.
package hotfixes

import (
	"fmt"
	"strings"
	"time"

	"assay/fleet"
	"assay/overlay/care"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/widget"
)

// part is one of the two parts of the view.
type part int

const (
	inList part = iota
	inDetail
)

// View is the list of hotfixes, and what is known of one.
type View struct {
	env    view.Env
	input  *widget.Input
	list   *widget.Tree
	detail detail
	part   part

	wish string // the package to put the cursor on
	from source
	made bool
	at   map[string]*care.Hotfix // by node
	ids  []string                // in their order
	rows []*widget.Node

	place geometry // of the last Render
}

// source is what the list is made of.
type source struct {
	at     time.Time
	n      int
	filter string
}

// New returns the view. The link's Name is a package to begin with.
func New(env view.Env, link view.Link) *View {
	return &View{
		env: env, wish: link.Name,
		input:  widget.NewInput(env.Style, "/", "a package, a verdict, a channel or a word of the reason"),
		list:   widget.NewTree(env.Style),
		detail: detail{tree: widget.NewTree(env.Style), st: env.Style},
	}
}

// Scope is that of the view's own actions.
func (v *View) Scope() action.Scope { return action.Hotfixes }

// Title is the view's name.
func (v *View) Title() string { return "hotfixes" }

// Note counts the hotfixes by verdict.
func (v *View) Note() string {
	v.refresh()
	l := &v.env.Known.Hotfixes
	if !l.Has() {
		return ""
	}
	counts := map[care.Verdict]int{}
	for i := range l.Value {
		counts[l.Value[i].Verdict]++
	}
	var parts []string
	if n := len(v.ids); n != len(l.Value) {
		parts = append(parts, fmt.Sprintf("%d of %d shown", n, len(l.Value)))
	}
	for _, verdict := range []care.Verdict{care.Dead, care.CanGo, care.Unknown, care.Needed} {
		if counts[verdict] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[verdict], verdict))
		}
	}
	return strings.Join(parts, " "+v.env.Style.Glyphs.Dot+" ")
}

// Needs are the hotfixes.
func (v *View) Needs() []known.Need { return []known.Need{{Kind: known.Hotfixes}} }

// Link leads back to the hotfix under the cursor.
func (v *View) Link() view.Link { return view.Link{Place: view.Hotfixes} }

// Input is the filter.
func (v *View) Input() *widget.Input { return v.input }

// current is the hotfix under the cursor, nil without one.
func (v *View) current() *care.Hotfix {
	if n := v.list.Cursor(); n != nil {
		return v.at[n.ID]
	}
	return nil
}

// refresh brings the list up to what is known and typed.
func (v *View) refresh() {
	l := &v.env.Known.Hotfixes
	from := source{l.At, len(l.Value), v.input.Value()}
	if v.made && from == v.from {
		return
	}
	v.made, v.from = true, from
	v.at, v.ids = map[string]*care.Hotfix{}, nil
	words := strings.Fields(strings.ToLower(v.input.Value()))
	var shown []*care.Hotfix
	for i := range l.Value {
		if h := &l.Value[i]; matches(h, words) {
			shown = append(shown, h)
		}
	}
	columns := measure(shown)
	var nodes []*widget.Node
	for _, h := range shown {
		n := columns.row(v.env.Style, h)
		for v.at[n.ID] != nil {
			n.ID += "+"
		}
		v.at[n.ID], v.ids = h, append(v.ids, n.ID)
		nodes = append(nodes, n)
	}
	v.rows = nodes
	v.list.SetRoots(nodes)
	if v.wish != "" && l.Has() {
		for _, id := range v.ids {
			if v.at[id].Package == v.wish {
				v.list.Reveal(id)
			}
		}
		v.wish = ""
	}
}

// matches reports whether all words are somewhere in a hotfix.
func matches(h *care.Hotfix, words []string) bool {
	text := strings.ToLower(strings.Join([]string{h.Package, string(h.Verdict), strings.Join(h.Channels, " "), strings.Join(h.Systems, " "),
		h.Reason, h.At.String(), h.Evidence}, " "))
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// systemOf is a system on which the hotfix applies; "" where it is on none.
func systemOf(h *care.Hotfix) string {
	if len(h.Systems) > 0 {
		return h.Systems[0]
	}
	return ""
}

// placed is the link to a place, none where there is none.
func placed(at fleet.Pos) view.Link {
	if at.File == "" {
		return view.Link{}
	}
	return view.At(at)
}
