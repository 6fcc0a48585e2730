package machines

import (
	"strings"

	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/word"
)

// asText is the table as text: every column, a tab between two, paths where
// the screen says that they are equal.
func (v *View) asText() string {
	var b strings.Builder
	for i, c := range columns {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(c.Title)
	}
	b.WriteByte('\n')
	for _, r := range v.content.rows {
		for i := range columns {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(term.Clean(v.plain(&columns[i], r)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// plain is a cell in words, without glyphs.
func (v *View) plain(c *column, r row) string {
	facts := &r.host.Facts
	switch c.ID {
	case "state":
		return view.StateWord(r.host)
	case "booted":
		return word.OrUnknown(word.Path(facts.Booted))
	case "profile":
		return word.OrUnknown(word.Path(facts.Profile))
	case "wanted":
		return word.OrUnknown(word.Path(r.host.Wanted))
	}
	text := c.cell(v, r).Text
	if text == v.env.Style.Glyphs.Unknown {
		return word.OrUnknown("")
	}
	return text
}
