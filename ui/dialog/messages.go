package dialog

import (
	"strconv"
	"strings"
	"time"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
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
	open *widget.Text // of the message that is shown in full; nil while the list is
	wide int          // the columns that open is made for
}

// NewMessages shows messages, which are in the order in which they were said.
func NewMessages(env view.Env, all []Message) *Messages {
	m := &Messages{env: env, list: widget.NewTree(env.Style)}
	m.list.Empty = []widget.Line{{widget.R(style.Muted, "Nothing was said yet.")}}
	var nodes []*widget.Node
	for i := len(all) - 1; i >= 0; i-- {
		m.all = append(m.all, all[i])
		nodes = append(nodes, m.node(&all[i], strconv.Itoa(len(nodes))))
	}
	m.list.SetRoots(nodes)
	return m
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
		if m.open != nil {
			m.open = nil
			return Result{}
		}
		return Result{Close: true}
	case action.Choose:
		m.show()
	case action.Copy:
		if one := m.at(); one != nil {
			return Result{Copy: view.Copy{What: "the message", Text: full(one)}}
		}
	case action.CopyAll:
		return Result{Copy: view.Copy{What: "all messages", Text: m.everything()}}
	default:
		if m.open != nil {
			m.open.Do(in)
		} else {
			m.list.Do(in)
		}
	}
	return Result{}
}

// show shows the message under the cursor in full.
func (m *Messages) show() {
	if m.at() != nil && m.open == nil {
		m.open, m.wide = widget.NewText(m.env.Style), 0
	}
}

// full is all of a message.
func full(one *Message) string {
	if one.More == "" {
		return one.Text
	}
	return one.Text + "\n\n" + one.More
}

// folded is all of a message in lines of at most w columns.
func folded(one *Message, w int) []widget.Line {
	var out []widget.Line
	for line := range strings.SplitSeq(strings.TrimRight(full(one), "\n"), "\n") {
		for _, piece := range fold(line, w) {
			out = append(out, widget.Line{widget.P(piece)})
		}
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
	if m.open == nil && m.list.Click(x-sides/2, y-ends/2) {
		m.show()
	}
	return Result{}
}

const (
	messagesWidth = 120
	messagesMost  = 20 // lines of the list
	detailMost    = 14 // lines of the message under the cursor
)

// Render draws the box: the list and what is under the cursor, or one message.
func (m *Messages) Render(w, h int) []string {
	st, key := m.env.Style, m.env.Key
	if m.open != nil {
		w, h = room(w, h, messagesWidth, messagesMost+detailMost)
		if m.wide != w {
			m.wide = w
			m.open.SetLines(folded(m.at(), w-2))
		}
		return box(st, "Message", lines(m.open.Render(w, h)), row(widget.Hint(key(action.Dismiss), "back")), w)
	}
	rows := min(max(len(m.all), 1), messagesMost)
	want := rows + 1 + detailMost
	if len(m.all) == 0 {
		want = rows
	}
	w, h = room(w, h, messagesWidth, want)
	rows = min(rows, max(h/2, h-1-detailMost))
	if h < 9 || len(m.all) == 0 {
		rows = h
	}
	body := lines(m.list.Render(w, rows))
	if rows < h {
		body = append(body, widget.Draw(st, widget.Line{widget.R(style.Border, strings.Repeat(st.Glyphs.Horizontal, w))}, w))
		body = append(body, m.detail(w, h-rows-1)...)
	}
	return box(st, "Messages", body, row(widget.Hint(key(action.Choose), "in full"), widget.Hint(key(action.Dismiss), "close")), w)
}

// detail draws what is under the cursor in full, or as much as there is room
// for.
func (m *Messages) detail(w, h int) []string {
	all := folded(m.at(), w)
	out := make([]string, h)
	for i := range out {
		var l widget.Line
		if i < len(all) {
			l = all[i]
		}
		if below := len(all) - h; i == h-1 && below > 0 {
			l = widget.Line{widget.R(style.Muted, "and "+word.Count(below+1, "more line")+": "+m.env.Key(action.Choose)+" shows them")}
		}
		out[i] = widget.Draw(m.env.Style, l, w)
	}
	return out
}
