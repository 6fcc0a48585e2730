// Package machine is the view of one machine: its state and facts, what it is
// composed of, its options with every definition, its roles, its packages and
// the generations on its host. Each of these is a part with a tab of its own.
//
// A View belongs to one goroutine, the console's.
package machine

import (
	"fmt"
	"strings"
	"time"

	"assay/fleet"
	"assay/modules/compose"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// part is one of the view's tabs.
type part struct {
	id    string
	thing string // what it counts: "option"
	items func(*View, int) []*outline.Item
	// moving says that it shows ages and is made to measure: it is small and
	// made anew with every second and every width.
	moving bool
}

var parts = []part{
	{"overview", "line", (*View).overview, true},
	{"imports", "import", (*View).imports, false},
	{"options", "option", (*View).options, false},
	{"services", "role", (*View).services, false},
	{"packages", "package", (*View).packages, false},
	{"generations", "generation", (*View).generations, true},
}

// View is the view of one machine.
type View struct {
	env   view.Env
	link  view.Link
	at    int // the part that is shown
	panes []*pane
	width int // of the last Render
}

// pane is a part with what was made of it.
type pane struct {
	*outline.Outline
	of stamp // what it was made of
}

// stamp tells whether what a part was made of has changed.
type stamp struct {
	made        bool
	fleet       *fleet.Fleet
	composition answer
	options     *compose.Option // the first one, which tells one composition from the next
	problems    *compose.Problem
	stack       answer
	host        answer
	reason      string // why hosts cannot be reached, or nothing changed
	now         int64
	width       int
}

// answer tells one answer from the next.
type answer struct {
	at   time.Time
	busy bool
	err  string
}

func answerOf[T any](l *known.Loaded[T]) answer {
	a := answer{at: l.At, busy: l.Busy}
	if l.Err != nil {
		a.err = l.Err.Error()
	}
	return a
}

func first[T any](list []T) *T {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// New returns the view of the machine link.Name. link.Sub is the part to show,
// and after a space the option, aspect or package to put the cursor on.
func New(env view.Env, link view.Link) *View {
	v := &View{env: env, link: link, width: 80}
	name, what, _ := strings.Cut(link.Sub, " ")
	for i, p := range parts {
		pane := &pane{Outline: outline.New(env, p.thing)}
		if p.id == name {
			v.at = i
			if what != "" {
				pane.Reveal(what)
			}
		}
		v.panes = append(v.panes, pane)
	}
	return v
}

// Scope implements view.View.
func (v *View) Scope() action.Scope { return action.Machine }

// Title implements view.View: the machine's name.
func (v *View) Title() string { return v.link.Name }

// Link implements view.View.
func (v *View) Link() view.Link { return v.link }

// Input is the line of the part that is shown.
func (v *View) Input() *widget.Input { return v.panes[v.at].Input() }

// Needs implements view.View.
func (v *View) Needs() []known.Need {
	if v.machine() == nil {
		return nil
	}
	return []known.Need{{Kind: known.Composition, Name: v.link.Name}, {Kind: known.Hosts}, {Kind: known.Stack}, {Kind: known.Runs}}
}

// Note implements view.View: how much the part holds, or a filter finds.
func (v *View) Note() string {
	if v.machine() == nil {
		return ""
	}
	p, part := v.pane(), parts[v.at]
	switch {
	case p.Filtered():
		return p.Note(fmt.Sprintf("%d of %s", p.Found(), word.Count(p.Total(), part.thing)))
	case part.id == "overview" || p.Total() == 0:
		return p.Note("")
	}
	return p.Note(word.Count(p.Total(), part.thing))
}

// machine is the machine, or nil when the fleet has none of that name.
func (v *View) machine() *fleet.Machine { return v.env.Known.Fleet.Machine(v.link.Name) }

// host is what is known of the live host.
func (v *View) host() *known.Host {
	if h := v.env.Known.Hosts[v.link.Name]; h != nil {
		return h
	}
	return &known.Host{}
}

func (v *View) composition() known.Loaded[compose.Composition] {
	return v.env.Known.Composition(v.link.Name)
}

// pane is the part that is shown, made anew if what it shows has changed.
func (v *View) pane() *pane {
	p := v.panes[v.at]
	if now := v.stamp(); now != p.of {
		p.Set(parts[v.at].items(v, v.width))
		p.of = now
	}
	return p
}

func (v *View) stamp() stamp {
	k, h, c := v.env.Known, v.host(), v.composition()
	s := stamp{
		made: true, fleet: k.Fleet, composition: answerOf(&c),
		options: first(c.Value.Scope.Options), problems: first(c.Value.Problems), stack: answerOf(&k.Stack),
		host: answer{at: h.Asked, busy: h.Busy}, reason: k.NoHosts + k.ReadOnly,
	}
	if parts[v.at].moving {
		s.now, s.width = k.Now.Unix(), v.width
	} else {
		s.host = answer{}
	}
	return s
}
