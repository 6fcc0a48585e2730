package hotfixes

import (
	"cmp"
	"fmt"
	"strings"

	"assay/overlay/care"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/widget"
	"assay/ui/word"
)

// longestName is how much of a name the list shows; the detail has all of it.
const longestName = 24

// columns are the widths of the list's columns.
type columns struct{ name, age, from int }

// measure finds widths that suit the rows.
func measure(hs []*care.Hotfix) columns {
	c := columns{}
	for _, h := range hs {
		c.name = max(c.name, min(term.Width(term.Clean(h.Package)), longestName))
		c.age = max(c.age, term.Width(age(h.Since)))
		c.from = max(c.from, min(term.Width(term.Clean(from(h))), 14))
	}
	return c
}

// row is a hotfix in one line.
func (c columns) row(st *style.Style, h *care.Hotfix) *widget.Node {
	role, glyph := look(st, h.Verdict)
	return &widget.Node{
		ID: h.Package + "/" + h.At.String(),
		Line: widget.Line{
			widget.R(role, glyph+" "+widget.Pad(string(h.Verdict), 7)), widget.P("  "),
			widget.R(style.Link, widget.Pad(word.Short(h.Package, longestName, st.Glyphs.Ellipsis), c.name)), widget.P("  "),
			widget.P(widget.Pad(age(h.Since), c.age) + "  "),
			widget.R(style.Muted, widget.Pad(from(h), c.from)+"  "+platforms(h.Systems)),
		},
		Right:  widget.Line{widget.R(style.Muted, h.At.String())},
		Placed: h.At.File != "",
	}
}

// look is how a verdict is painted.
func look(st *style.Style, v care.Verdict) (style.Role, string) {
	switch v {
	case care.Dead:
		return style.Warn, st.Glyphs.Warn
	case care.CanGo:
		return style.OK, st.Glyphs.OK
	case care.Needed:
		return style.Plain, st.Glyphs.Mark
	}
	return style.Unknown, st.Glyphs.Unknown
}

// age is how long a hotfix is there: "405 days".
func age(s care.Since) string {
	if s.Day == "" {
		return "age ?"
	}
	return word.Count(s.Days, "day")
}

// from says in a word what the hotfix takes the package from.
func from(h *care.Hotfix) string {
	if len(h.Channels) == 0 {
		return "changed"
	}
	return strings.Join(h.Channels, ", ")
}

// platforms shortens systems: "aarch64-darwin", "2 systems".
func platforms(systems []string) string {
	switch len(systems) {
	case 0:
		return "on no machine"
	case 1:
		return systems[0]
	}
	return fmt.Sprintf("%d systems", len(systems))
}

// sources are what findings are called.
var sources = map[care.Source]string{care.ByLayers: "the layers", care.ByNix: "Nix", care.ByCondition: "the condition", care.ByHydra: "Hydra"}

func sourceName(by care.Source) string { return cmp.Or(sources[by], string(by)) }
