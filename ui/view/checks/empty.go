package checks

import (
	"fmt"

	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// empty says why there are no rows.
func (v *View) empty(w int) []widget.Line {
	k, key := v.env.Known, v.env.Key
	switch {
	case !v.list.loaded():
		return view.Loading(&k.Problems, "checks")
	case len(v.list.all) == 0:
		return nothing(k, v.env.Style, key(action.Refresh), w)
	case v.input.Value() != "":
		return []widget.Line{
			{widget.P("no problem matches "), widget.R(style.Strong, v.input.Value())},
			{widget.R(style.Key, key(action.Back)), widget.R(style.Muted, " takes the filter away")},
		}
	}
	return []widget.Line{{widget.R(style.OK, v.env.Style.Glyphs.OK+" no errors")}}
}

// nothing says what was looked at and found to be in order, and what was not
// looked at.
func nothing(k *known.Known, st *style.Style, refresh string, w int) []widget.Line {
	lines := []widget.Line{{widget.R(style.OK, st.Glyphs.OK+" nothing found")}, {}, {widget.P("looked at:")}}
	add := func(text string) {
		for i, part := range view.Fold(text, w-4) {
			indent := "    "
			if i == 0 {
				indent = "  " + st.Glyphs.Dot + " "
			}
			lines = append(lines, widget.Line{widget.R(style.Muted, indent), widget.P(part)})
		}
	}
	for _, text := range looked(k) {
		add(text)
	}
	return append(lines, widget.Line{},
		widget.Line{widget.R(style.Muted, notLooked(k))},
		widget.Line{widget.R(style.Key, refresh), widget.R(style.Muted, " checks again")})
}

// notLooked is what the checks leave out.
func notLooked(k *known.Known) string {
	return "not looked at: the hosts, and whether what the configuration names builds"
}

// looked is what the checks go through, with as many of each as is known.
func looked(k *known.Known) []string {
	f := k.Fleet
	machines := word.Count(len(f.Machines), "machine")
	tree := "the tree of modules: every file is read"
	if k.Aspects.Has() {
		tree += ", " + word.Count(len(k.Aspects.Value), "aspect")
	}
	layers := "the overlay: its layers"
	if k.Stack.Has() && k.Stack.Value != nil {
		layers += " on " + word.Count(len(k.Stack.Value.Systems()), "system")
	}
	if k.Adopted {
		return []string{
			"the flake: " + machines + "; whether its files and Nix say the same of them", tree,
			"fleet.toml, where there is one: that it says nothing against the flake",
			"by which host key each of them is known",
		}
	}
	return []string{
		fmt.Sprintf("fleet.toml: %s, %s, %s", machines, word.Count(len(f.Services), "service"), word.Count(len(f.Channels), "channel")),
		tree,
		fmt.Sprintf("the composition of %s: imports, conflicts, types", machines),
		layers + ", entries without effect",
		fmt.Sprintf("the SSH host keys of %s, as far as they can be opened here", machines),
	}
}
