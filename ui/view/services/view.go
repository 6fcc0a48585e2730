// Package services is the view of the fleet's services: each instance with its
// roles, their settings, and the machines that have them and why.
//
// A View belongs to one goroutine, the console's.
package services

import (
	"fmt"
	"time"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// View is the view of the services.
type View struct {
	env   view.Env
	link  view.Link
	lines *outline.Outline
	of    stamp // what the lines were made of
}

// stamp tells whether what is shown has changed.
type stamp struct {
	fleet   *fleet.Fleet
	aspects time.Time
	made    bool
}

// New returns the view. link.Name is the instance, or "instance/role", to put
// the cursor on.
func New(env view.Env, link view.Link) *View {
	v := &View{env: env, link: link, lines: outline.New(env, "service, role or member")}
	if link.Name != "" {
		v.lines.Reveal(link.Name)
	}
	return v
}

// empty says why there is nothing to see.
func empty(k *known.Known) []widget.Line {
	if k.Adopted {
		return []widget.Line{
			{widget.P("no services are seen in the files of this flake")},
			{widget.P("services are the instances of a clan inventory: clan.inventory.instances, or")},
			{widget.P("inventory.json; what the machines' own options enable is at each machine's options")},
		}
	}
	return []widget.Line{
		{widget.P("the fleet has no services")},
		{widget.P("in fleet.toml, [services.NAME] with a module begins one;")},
		{widget.P("machines or tags in [services.NAME.roles.ROLE] say who has a role")},
	}
}

// Scope implements view.View.
func (v *View) Scope() action.Scope { return action.Services }

// Title implements view.View.
func (v *View) Title() string { return "services" }

// Note implements view.View: how many there are, or how many a filter finds.
func (v *View) Note() string {
	l := v.outline()
	if l.Filtered() {
		return l.Note(fmt.Sprintf("%d of %s", l.Found(), word.Count(l.Total(), "line")))
	}
	if n := len(v.env.Known.Fleet.Services); n > 0 {
		return l.Note(word.Count(n, "service"))
	}
	return ""
}

// Needs implements view.View: the aspects that are the roles' modules.
func (v *View) Needs() []known.Need { return []known.Need{{Kind: known.Aspects}} }

// Link implements view.View.
func (v *View) Link() view.Link { return v.link }

// Input is the line on which the filter is typed.
func (v *View) Input() *widget.Input { return v.lines.Input() }

// Render implements view.View.
func (v *View) Render(w, h int) string {
	if w <= 0 || h <= 0 {
		return widget.Fit(nil, w, max(h, 0))
	}
	l := v.outline()
	l.Empty(view.Folded(empty(v.env.Known), w))
	return l.Render(w, h)
}

// Do implements view.View.
func (v *View) Do(in action.Intent) []view.Ask {
	if in.ID == action.Refresh {
		return []view.Ask{view.Again{Needs: v.Needs()}}
	}
	if reason := v.Disabled(in.ID); reason != "" {
		return []view.Ask{view.Say{Level: style.Warn, Text: reason}}
	}
	asked, _ := v.outline().Do(in)
	return asked
}

// Disabled implements view.View.
func (v *View) Disabled(id action.ID) string { return v.outline().Disabled(id) }

// Click implements view.Clicking.
func (v *View) Click(x, y int) []view.Ask { return v.outline().Click(x, y) }

// outline is the lines, made anew if what they show has changed.
func (v *View) outline() *outline.Outline {
	k := v.env.Known
	now := stamp{fleet: k.Fleet, aspects: k.Aspects.At, made: true}
	if now != v.of {
		v.lines.Set(v.items())
		v.of = now
	}
	return v.lines
}
