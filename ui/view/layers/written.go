package layers

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"assay/overlay"
	"assay/ui/style"
	"assay/ui/widget"
	"assay/ui/word"
)

// note shows what is written about the entry that wins; told is on the screen
// already. Links can be copied.
func (r *reply) note(n *overlay.Note, told string) {
	if n.IsZero() {
		return
	}
	if !strings.Contains(told, n.Reason) {
		r.below("reason", style.Plain, "because "+n.Reason)
	}
	if n.Added != "" {
		r.below("added", style.Plain, "since "+since(n.Added, r.now))
	}
	if n.RemoveWhen != "" {
		r.below("remove", style.Plain, "can go when "+strings.TrimPrefix(n.RemoveWhen, "when "))
	}
	for i, l := range n.Links {
		text := cmp.Or(l.URL, l.Ref)
		r.add(&widget.Node{
			ID:   fmt.Sprintf("link/%d", i),
			Line: widget.Line{widget.R(style.Muted, widget.Pad(string(l.Kind), 7)+" "), widget.R(style.Link, text)},
		}, target{name: text})
	}
}

// since is a day with how long ago that is.
func since(day string, now time.Time) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil || now.Before(at) {
		return day
	}
	return day + ", " + word.Age(now.Sub(at)) + " ago"
}

// noted is a note in one sentence, without what is told already.
func noted(n *overlay.Note, told string) string {
	if n.IsZero() {
		return ""
	}
	var parts []string
	if n.Reason != "" && !strings.Contains(told, n.Reason) {
		parts = append(parts, n.Reason)
	}
	if n.Added != "" {
		parts = append(parts, "since "+n.Added)
	}
	if n.RemoveWhen != "" {
		parts = append(parts, "can go when "+strings.TrimPrefix(n.RemoveWhen, "when "))
	}
	for _, l := range n.Links {
		parts = append(parts, cmp.Or(l.Ref, l.URL))
	}
	return strings.Join(parts, "; ")
}

// unheard says of a package that nothing of the fleet names what may be meant.
func (r *reply) unheard(a *overlay.Answer, names *names) {
	if names.found.Has(a.Package) {
		return // a channel has it
	}
	r.below("known", style.Warn, "no machine of the fleet installs anything of this name")
	near := names.last.near
	if !r.to.typing {
		near = names.found.Near(a.Package)
	}
	if near == "" || near == a.Package {
		return
	}
	r.add(&widget.Node{ID: "near", Line: widget.Line{widget.R(style.Muted, "did you mean "), widget.R(style.Link, near)}},
		target{pkg: near, name: near})
}

// versions says what is known of the package in each channel of the system.
func (r *reply) versions(a *overlay.Answer) {
	if len(a.Versions) == 0 {
		r.title("versions: the system has no channel")
		return
	}
	r.title("versions")
	wide := 0
	for _, v := range a.Versions {
		if !v.Unlisted() {
			wide = max(wide, len(v.Channel))
		}
	}
	var unlisted []string
	for i, v := range a.Versions {
		if v.Unlisted() {
			unlisted = append(unlisted, v.Channel)
			continue
		}
		text := cmp.Or(v.Version, v.Note)
		if v.Version != "" && v.Note != "" {
			text += ", " + v.Note
		}
		role := style.Plain
		if v.Version == "" {
			role = style.Muted
		}
		r.read(fmt.Sprintf("version/%d", i), widget.R(role, r.deep+widget.Pad(v.Channel, min(wide, 30))+"  "+text))
	}
	if len(unlisted) > 0 {
		r.below("unlisted", style.Plain, "unknown: no index for "+strings.Join(unlisted, ", "))
		r.below("list", style.Muted, "assay channels --index has Nix list what they hold")
	}
}
