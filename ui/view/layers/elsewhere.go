package layers

import (
	"fmt"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// fewUses is how many uses are shown while a name is typed.
const fewUses = 50

// elsewhere says on which other systems the answer is another one.
func (r *reply) elsewhere(s *overlay.Stack, a *overlay.Answer, systems []string) {
	var same []string
	titled := false
	for _, system := range systems {
		if system == a.System {
			continue
		}
		if layer, channel := s.Supply(a.Package, system); layer == a.Layer && channel == a.Channel {
			same = append(same, system)
			continue
		}
		if !titled {
			r.title("other systems")
			titled = true
		}
		other := s.Which(a.Package, system)
		r.add(&widget.Node{
			ID:    "system/" + system,
			Line:  widget.Line{widget.R(style.Link, widget.Pad(system, 14)), widget.P("  " + supplier(&other))},
			Right: widget.Line{widget.R(style.Muted, other.At.String())},
		}, target{system: system, at: other.At, name: system})
	}
	if len(same) == 0 {
		return
	}
	if !titled {
		r.title("other systems")
	}
	r.below("same", style.Muted, "the same on "+strings.Join(same, ", "))
}

// installed shows by what machines install the package.
func (r *reply) installed(k *known.Known, uses []session.PackageUse) {
	if !k.Packages.Has() && len(uses) == 0 {
		r.title("installed by")
		for i, line := range view.Loading(&k.Packages, "what machines install") {
			r.read("uses/"+strconv.Itoa(i), append(widget.Line{widget.P(r.indent + "  ")}, line...)...)
		}
		return
	}
	if len(uses) == 0 {
		r.title("no machine installs it")
		return
	}
	r.title("installed by " + word.Count(machines(uses), "machine"))
	for i := range uses {
		if r.to.typing && i == fewUses {
			r.read("uses/more", widget.R(style.Muted, fmt.Sprintf("  %s and %d more, once the name stands", r.st.Glyphs.More, len(uses)-i)))
			return
		}
		r.use(k.Fleet, i, &uses[i])
	}
}

// machines counts the machines.
func machines(uses []session.PackageUse) int {
	seen := map[string]bool{}
	for i := range uses {
		seen[uses[i].Machine] = true
	}
	return len(seen)
}

// use adds one place by which a machine installs the package, and below it the
// aspect that says so.
func (r *reply) use(f *fleet.Fleet, i int, u *session.PackageUse) {
	id := "use/" + strconv.Itoa(i)
	m := f.Machine(u.Machine)
	line := widget.Line{widget.R(style.Link, widget.Pad(u.Machine, 12)), widget.P("  " + word.Scoped(u.User, u.Option))}
	if u.Aspect != "" {
		line = append(line, widget.R(style.Muted, "  by "+u.Aspect))
	}
	if u.As != "" {
		line = append(line, widget.R(style.Muted, "  as "+u.As))
	}
	if m != nil && m.System != r.to.system {
		line = append(line, widget.R(style.Muted, "  on "+m.System))
	}
	n := r.add(&widget.Node{ID: id, Line: line, Right: widget.Line{widget.R(style.Muted, u.At.String())}},
		target{link: view.Link{Place: view.Machine, Name: u.Machine}, at: u.At, name: u.Machine})
	if u.Aspect == "" {
		return
	}
	name := view.AspectName(classOf(m, u), u.Aspect)
	child := &widget.Node{
		ID:    id + "/aspect",
		Line:  widget.Line{widget.R(style.Muted, "by the aspect "), widget.R(style.Link, name)},
		Right: n.Right, Placed: true,
	}
	n.Children = []*widget.Node{child}
	r.targets[child.ID] = &target{link: view.Link{Place: view.Aspect, Name: name}, at: u.At, name: name}
}

// classOf is the class of the aspect that installs a package: home-manager's
// for a user, or the machine's.
func classOf(m *fleet.Machine, u *session.PackageUse) fleet.Class {
	switch {
	case u.User != "":
		return fleet.HomeManager
	case m != nil:
		return m.Class
	}
	return ""
}
