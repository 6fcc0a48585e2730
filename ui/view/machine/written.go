package machine

import (
	"strings"

	"assay/modules/compose"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
)

// written is what only the files say of the machine: where it is, who uses it,
// its disks and the host keys that it knows, each with its place.
func (v *View) written(w int) []*outline.Item {
	c := v.composition()
	if c.Value.Machine == "" {
		return nil
	}
	lines := compose.FactLines(compose.FactsOf(c.Value))
	if len(lines) == 0 {
		return nil
	}
	items := []*outline.Item{title("written", "written", "  in the files")}
	for i, l := range lines {
		spans := []widget.Span{widget.P(strings.Repeat("  ", l.Depth) + l.Text)}
		if l.Why != "" {
			spans = append(spans, widget.R(style.Unknown, "  "+v.env.Style.Glyphs.Unknown+" "+l.Why))
		}
		it := row(l.Label, w, spans...)
		it.ID = outline.Sub("written", l.Label, i)
		it.At, it.Link, it.Right = l.At, view.At(l.At), outline.Near(l.At)
		items = append(items, it)
	}
	return items
}
