// Package style is how the console looks: what a role is painted with, and
// the glyphs. Views name roles; what a role looks like on this terminal is
// decided here, once. A Style is immutable and safe to share.
//
// Colours are the terminal's own sixteen, so that they fit whatever palette
// the operator chose. Text is never given a colour that needs a background it
// may not have: but for Selected and Bar, which are the terminal's own two
// colours reversed, the background stays as it is. No colour says anything
// that a glyph or a word does not say as well.
package style

// Role is what a piece of text is there for.
type Role uint8

// The roles.
const (
	Plain    Role = iota
	Strong        // names
	Muted         // what matters less
	Accent        // titles, the breadcrumb
	Key           // a key to press
	Link          // leads somewhere
	OK            // as it should be
	Warn          // not as it should be
	Fail          // broken
	Busy          // being worked on
	Unknown       // nobody knows
	Added         // in a difference
	Removed       // in a difference
	Match         // what a search found
	Heading       // a table's header
	Selected      // the line under the cursor
	Marked        // a marked line
	Bar           // the header and the status line
	Border        // lines around boxes
	Struck        // what has no effect; words beside it say so
	roles
)

// Options say how the console is to look. The zero value is a style without
// colours and without motion.
type Options struct {
	Colour     bool // the sixteen colours
	Attributes bool // bold, underlined, reversed; with Colour they are there anyway
	Theme      Theme
	Background Background // for the themes that do not name one
	ASCII      bool       // glyphs of ASCII only
	Motion     bool       // glyphs may move
}

// Style paints.
type Style struct {
	Glyphs Glyphs
	pre    [roles]string
	post   [roles]string
}

// New makes a style.
func New(o Options) *Style {
	s := &Style{Glyphs: glyphs(o.ASCII, o.Motion)}
	switch {
	case o.Colour:
		s.pre, s.post = sequences(huesOf(o.Theme, o.Background))
	case o.Attributes:
		s.pre, s.post = sequences(noHues())
	}
	return s
}

// Paint returns text in the role. The text must be free of control sequences;
// its width does not change.
func (s *Style) Paint(r Role, text string) string {
	if r >= roles || s.pre[r] == "" || text == "" {
		return text
	}
	return s.pre[r] + text + s.post[r]
}

// PlainStyle returns the style without colours that tests use.
func PlainStyle() *Style { return New(Options{Motion: true}) }
