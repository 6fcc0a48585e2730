package style

// Glyphs are the symbols. Each is one column wide.
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

// glyphs returns a set of glyphs.
func glyphs(ascii, motion bool) Glyphs {
	g := unicode()
	if ascii {
		g = plainASCII()
	}
	if !motion {
		g.Spin = []string{g.Busy}
	}
	return g
}

func unicode() Glyphs {
	return Glyphs{
		OK: "✔", Warn: "!", Fail: "✘", Busy: "»", Unknown: "?", Wait: "·", Skip: "-",
		Cursor: "▌", Mark: "●", Link: "→",
		Expanded: "▾", Collapsed: "▸", Leaf: " ",
		Ascending: "▲", Descending: "▼",
		More: "…", Up: "↑", Down: "↓",
		Full: "█", Empty: "░",
		Ellipsis: "…", Dot: "·", Horizontal: "─", Vertical: "│",
		TopLeft: "╭", TopRight: "╮", BottomLeft: "╰", BottomRight: "╯",
		Spin: []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
	}
}

// plainASCII is for terminals and fonts that lack the others, for terminals
// that draw some of them two columns wide, and for screen readers.
func plainASCII() Glyphs {
	return Glyphs{
		OK: "o", Warn: "!", Fail: "x", Busy: "%", Unknown: "?", Wait: ".", Skip: "-",
		Cursor: ">", Mark: "*", Link: ">",
		Expanded: "v", Collapsed: ")", Leaf: " ",
		Ascending: "^", Descending: "v",
		More: "~", Up: "^", Down: "v",
		Full: "#", Empty: ".",
		Ellipsis: "~", Dot: "-", Horizontal: "-", Vertical: "|",
		TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+",
		Spin: []string{"|", "/", "-", "\\"},
	}
}
