// Package style is how the console looks: what a role is painted with, and
// the glyphs. Views name roles; what a role looks like on this terminal is
// decided here, once. A Style is immutable and safe to share.
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
	roles
)

// Glyphs are the symbols. Each is one column wide, but for Ellipsis.
type Glyphs struct {
	OK, Warn, Fail, Busy, Unknown, Wait, Skip  string
	Cursor, Mark, Link                         string
	Expanded, Collapsed, Leaf                  string
	Ascending, Descending                      string
	More, Up, Down                             string // more below; arrows
	Full, Empty                                string // of a bar
	Ellipsis, Dot, Horizontal, Vertical        string
	TopLeft, TopRight, BottomLeft, BottomRight string
	Spin                                       []string // frames of what moves; one frame without motion
}

// Style paints.
type Style struct {
	Glyphs Glyphs
	pre    [roles]string
	post   string
}

// Paint returns text in the role. The text must be free of control sequences;
// its width does not change.
func (s *Style) Paint(r Role, text string) string {
	if s.pre[r] == "" || text == "" {
		return text
	}
	return s.pre[r] + text + s.post
}

// PlainStyle returns the style without colours that tests use.
func PlainStyle() *Style { return &Style{Glyphs: unicode()} }

func unicode() Glyphs {
	return Glyphs{
		OK: "✔", Warn: "!", Fail: "✘", Busy: "▸", Unknown: "?", Wait: "·", Skip: "-",
		Cursor: "▸", Mark: "●", Link: "→",
		Expanded: "▾", Collapsed: "▸", Leaf: " ",
		Ascending: "▲", Descending: "▼",
		More: "…", Up: "↑", Down: "↓",
		Full: "█", Empty: "░",
		Ellipsis: "…", Dot: "·", Horizontal: "─", Vertical: "│",
		TopLeft: "╭", TopRight: "╮", BottomLeft: "╰", BottomRight: "╯",
		Spin: []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
	}
}
