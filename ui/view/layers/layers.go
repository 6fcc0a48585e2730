// Package layers is the view of the overlay: its layers as a stack on one
// system, and the question which channel supplies a package there, and why,
// answered while the name is typed.
//
// A View belongs to one goroutine, the console's.
package layers

import (
	"time"

	"assay/overlay"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/widget"
)

// part is one of the two parts of the view.
type part int

const (
	inStack part = iota
	inAnswer
)

// View is the stack of layers beside the answer about a package.
type View struct {
	env   view.Env
	input *widget.Input
	stack stack
	reply reply
	names names

	home   string // the package that the view was opened for
	pkg    string // that is asked for; "" is the one under the stack's cursor
	part   part
	before asked // when typing began
	picked int   // of the suggestions while typing; -1 none

	systems []string
	system  string
	source  source // of systems and names
	made    bool

	place geometry // of the last Render
}

// source is what the view is made of: while it is the same, nothing needs to be
// made anew, however often hosts answer.
type source struct {
	stack        *overlay.Stack
	names        *overlay.Names
	packages     int
	at           time.Time
	busy, failed bool
}

func sourceOf(k *known.Known) source {
	p := &k.Packages
	return source{k.Stack.Value, k.Names.Value, len(p.Value), p.At, p.Busy, p.Err != nil}
}

// asked is what was shown before somebody began to type.
type asked struct {
	pkg  string
	part part
}

// New returns the view. The link's Name is a package to ask for, its Sub the
// system.
func New(env view.Env, link view.Link) *View {
	v := &View{
		env:    env,
		input:  widget.NewInput(env.Style, "/", "the name of a package"),
		stack:  newStack(env.Style),
		reply:  newReply(env.Style),
		home:   link.Name,
		pkg:    link.Name,
		system: link.Sub,
		picked: -1,
		place:  geometry{right: 80},
	}
	if v.pkg != "" {
		v.part = inAnswer
	}
	return v
}

// Scope is that of the view's own actions.
func (v *View) Scope() action.Scope { return action.Layers }

// Title names the package that is asked for.
func (v *View) Title() string {
	if v.pkg == "" {
		return "layers"
	}
	return "layers: " + v.pkg
}

// Note is the system and how its layers are put together.
func (v *View) Note() string {
	v.refresh()
	s := v.resolved()
	if s == nil || v.system == "" {
		return ""
	}
	dot := " " + v.env.Style.Glyphs.Dot + " "
	note := v.system + dot + s.Composition()
	if at := v.tree().Position(); at != "" {
		note += dot + at
	}
	return note
}

// Needs are the layers, who installs what, and what Nix has said before.
func (v *View) Needs() []known.Need {
	return []known.Need{{Kind: known.Stack}, {Kind: known.Packages}, {Kind: known.Names}, {Kind: known.Evaluated}}
}

// Link leads back to the package on the system.
func (v *View) Link() view.Link {
	return view.Link{Place: view.Layers, Name: v.pkg, Sub: v.system}
}

// Input is where the package's name is typed.
func (v *View) Input() *widget.Input { return v.input }

// resolved is the stack of layers; nil while it is not there.
func (v *View) resolved() *overlay.Stack { return v.env.Known.Stack.Value }

// refresh brings everything up to what is known and asked.
func (v *View) refresh() {
	k := v.env.Known
	if from := sourceOf(k); !v.made || v.source != from {
		v.made, v.source = true, from
		v.names.update(k)
		v.systems = nil
		if s := v.resolved(); s != nil {
			v.systems = s.Systems()
		}
		v.chooseSystem(v.system)
	}
	v.stack.update(k, v.system)
	if v.part == inAnswer {
		v.answer(v.asking(), v.place.right)
	}
}

// chooseSystem takes a system of the fleet's machines; the first of them where
// the wish is none.
func (v *View) chooseSystem(wish string) {
	for _, system := range v.systems {
		if system == wish {
			v.system = wish
			return
		}
	}
	if len(v.systems) > 0 {
		v.system = v.systems[0]
	}
}

// asking is the package that the answer is about: what is typed, or asked for,
// or under the cursor of the stack.
func (v *View) asking() string {
	if v.input.Focused() {
		if s := v.suggestions(); v.picked >= 0 && v.picked < len(s.names) {
			return s.names[v.picked]
		}
	}
	if v.pkg != "" {
		return v.pkg
	}
	if t := v.stack.target(); t != nil {
		return t.pkg
	}
	return ""
}

// suggestions are names for what is typed.
func (v *View) suggestions() suggestions {
	if !v.input.Focused() {
		return suggestions{}
	}
	return v.names.suggest(v.input.Value())
}
