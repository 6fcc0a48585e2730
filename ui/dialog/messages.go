package dialog

import (
	"strconv"
	"strings"
	"time"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
)

// Message is something that the console said.
type Message struct {
	At time.Time
	view.Say
}

// Messages are all of them, the last one first. Enter opens one in full.
type Messages struct {
	env  view.Env
	all  []Message // the last one first
	list *widget.Tree
	text *widget.Text // the open message; nil while the list is shown
	more *widget.Text // of the one under the cursor
	of   string       // whose text more has
}

// NewMessages shows messages, which are in the order in which they were said.
func NewMessages(env view.Env, all []Message) *Messages {
	m := &Messages{env: env, list: widget.NewTree(env.Style), more: wrapped(env)}
	m.list.Empty = []widget.Line{{widget.R(style.Muted, "Nothing was said yet.")}}
	var nodes []*widget.Node
	for i := len(all) - 1; i >= 0; i-- {
		m.all = append(m.all, all[i])
		nodes = append(nodes, m.node(&all[i], strconv.Itoa(len(nodes))))
	}
	m.list.SetRoots(nodes)
	return m
}

func wrapped(env view.Env) *widget.Text {
	t := widget.NewText(env.Style)
	t.Do(action.Intent{ID: action.Wrap})
	return t
}

func (m *Messages) node(one *Message, id string) *widget.Node {
	glyph, name := m.level(one.Level)
	l := widget.Line{
		widget.R(style.Muted, one.At.Format("15:04:05")+"  "),
		widget.R(one.Level, glyph+" "+name),
		widget.P(strings.Repeat(" ", 9-len(name)) + one.Text),
	}
	if one.More != "" {
		l = append(l, widget.R(style.Muted, " "+m.env.Style.Glyphs.More))
	}
	return &widget.Node{ID: id, Line: l}
}

// level is a glyph and a word for how bad a message is.
func (m *Messages) level(r style.Role) (glyph, name string) {
	g := &m.env.Style.Glyphs
	switch r {
	case style.Fail:
		return g.Fail, "error"
	case style.Warn:
		return g.Warn, "warning"
	case style.OK:
		return g.OK, "done"
	}
	return g.Dot, "note"
}

// Scope is that of lists.
func (m *Messages) Scope() action.Scope { return action.List }

// Input is nil.
func (m *Messages) Input() *widget.Input { return nil }

// at is the message under the cursor, nil if there is none.
func (m *Messages) at() *Message {
	n := m.list.Cursor()
	if n == nil {
		return nil
	}
	i, err := strconv.Atoi(n.ID)
	if err != nil {
		return nil
	}
	return &m.all[i]
}

// Do carries out an intent.
func (m *Messages) Do(in action.Intent) Result {
	switch in.ID {
	case action.Dismiss:
		if m.text != nil {
			m.text = nil
			return Result{}
		}
		return Result{Close: true}
	case action.Choose:
		m.open()
	case action.Copy:
		if one := m.at(); one != nil {
			return Result{Copy: view.Copy{What: "the message", Text: full(one)}}
		}
	case action.CopyAll:
		return Result{Copy: view.Copy{What: "all messages", Text: m.everything()}}
	default:
		if m.text != nil {
			m.text.Do(in)
		} else {
			m.list.Do(in)
		}
	}
	return Result{}
}

func (m *Messages) open() {
	if one := m.at(); one != nil && m.text == nil {
		m.text = wrapped(m.env)
		m.text.SetLines(split(full(one)))
	}
}

// full is all of a message.
func full(one *Message) string {
	if one.More == "" {
		return one.Text
	}
	return one.Text + "\n\n" + one.More
}

func split(text string) []widget.Line {
	var out []widget.Line
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		out = append(out, widget.Line{widget.P(line)})
	}
	return out
}

func (m *Messages) everything() string {
	var b strings.Builder
	for i := range m.all {
		one := &m.all[i]
		_, name := m.level(one.Level)
		b.WriteString(one.At.Format(time.DateTime) + " " + name + ": " + full(one) + "\n")
	}
	return b.String()
}

// Click moves the cursor; a click on what is under it opens that.
func (m *Messages) Click(x, y int) Result {
	if m.text == nil && m.list.Click(x-sides/2, y-ends/2) {
		m.open()
	}
	return Result{}
}

// Render draws the box.
func (m *Messages) Render(w, h int) []string {
	st, key := m.env.Style, m.env.Key
	w, h = room(w, h, 120, 40)
	hints := row(hint(key(action.Choose), "in full"), hint(key(action.Dismiss), "close"))
	if m.text != nil {
		return box(st, "Message", lines(m.text.Render(w, h)), row(hint(key(action.Dismiss), "back")), w)
	}
	below := 0
	if h >= 9 {
		below = h / 2
	}
	body := lines(m.list.Render(w, h-below))
	if below > 0 {
		body = append(body, widget.Draw(st, widget.Line{widget.R(style.Border, strings.Repeat(st.Glyphs.Horizontal, w))}, w))
		body = append(body, lines(m.detail(w, below-1))...)
	}
	return box(st, "Messages", body, hints, w)
}

// detail draws what is under the cursor in full.
func (m *Messages) detail(w, h int) string {
	if n := m.list.Cursor(); n != nil && m.of != n.ID {
		m.of = n.ID
		m.more.SetLines(split(full(m.at())))
		m.more.GoTo(0)
	}
	return m.more.Render(w, h)
}
