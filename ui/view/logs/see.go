package logs

import (
	"assay/fleet/run/state"
	"assay/ui/action"
	"assay/ui/widget"
)

// see decides which lines are on a screen of h rows of w columns.
func (v *View) see(l *state.Logs, w, h int) {
	v.w, v.h = w, h
	lay := v.layout(l)
	if h <= 0 {
		v.page = page{}
		return
	}
	if v.follow {
		v.page = lay.until(state.End)
		v.last = v.page.newest()
		return
	}
	v.settle(l)
	v.page = v.around(lay)
	v.top, v.above = v.page.top()
	if v.last == 0 || !v.live() {
		v.last = newest(l) // what a record has is not new
	}
	v.last = max(v.last, v.page.newest())
}

func (v *View) layout(l *state.Logs) *layout {
	return &layout{logs: l, w: v.w, h: v.h, x: v.x, wrap: v.wrap}
}

// settle puts the cursor on a line that is there: the one it is on, or the
// nearest one that is kept and that the filter lets through.
func (v *View) settle(l *state.Logs) {
	near := l.Window(v.cursor, 1, false)
	if len(near) == 0 {
		near = l.Window(v.cursor, 1, true)
	}
	if len(near) > 0 {
		v.cursor = near[0].Seq
	}
}

// around is the page with the cursor in it that has moved the least.
func (v *View) around(lay *layout) page {
	if v.about {
		v.about = false
		v.top, v.above = v.cursor, 0
		if before := lay.logs.Window(v.cursor, lay.h/3+1, true); len(before) > 0 {
			v.top = before[0].Seq
		}
	}
	if v.cursor < v.top {
		v.top, v.above = v.cursor, 0
	}
	p := lay.from(v.top, v.above)
	if !v.whole(lay, &p) {
		p = lay.until(v.cursor)
		if seq, above := p.top(); seq == v.cursor && above > 0 {
			p = lay.from(v.cursor, 0) // taller than the screen: from its beginning
		}
	}
	if len(p.rows) < lay.h {
		if full := lay.until(state.End); len(full.rows) > len(p.rows) {
			p = full // no room is wasted below the last line
		}
	}
	return p
}

// whole reports whether all rows of the cursor's line are on the page, or as
// many as there is room for.
func (v *View) whole(lay *layout, p *page) bool {
	shown := 0
	for _, r := range p.rows {
		if line := &p.lines[r.line]; line.Seq == v.cursor {
			shown++
			if shown == len(p.rows) || r.part+1 == lay.height(line.Text) {
				return true
			}
		}
	}
	return false
}

// jump puts the cursor on a line and shows what is around.
func (v *View) jump(seq int64) { v.follow, v.cursor, v.about = false, seq, true }

// hold stops following: the cursor goes to the last line, and nothing moves.
func (v *View) hold(l *state.Logs) {
	if !v.follow {
		return
	}
	v.follow = false
	v.page = v.layout(l).until(state.End)
	if len(v.page.rows) == 0 {
		return
	}
	v.top, v.above = v.page.top()
	v.cursor = v.page.newest()
	v.last = v.cursor
}

// move carries out an action that moves the cursor. It reports whether it was
// one.
func (v *View) move(id action.ID) bool {
	by, moves := v.step(id)
	l := v.logs()
	if !moves || l == nil {
		return moves
	}
	switch {
	case id == action.Bottom && v.live():
		v.follow = true
		return true
	case v.follow && by > 0:
		return true // there is nothing below
	}
	v.begin(l)
	v.hold(l)
	v.settle(l)
	switch {
	case id == action.Top:
		v.put(l.Window(state.Begin, 1, false))
	case id == action.Bottom:
		v.put(l.Window(state.End, 1, true))
	case by != 0 && !v.scrollTall(l, by):
		v.moveBy(l, by)
	}
	return true
}

// put puts the cursor on a line, if there is one.
func (v *View) put(lines []state.Line) {
	if len(lines) > 0 {
		v.cursor = lines[0].Seq
	}
}

// moveBy moves the cursor by so many lines, as far as there are any.
func (v *View) moveBy(l *state.Logs, by int) {
	if by > 0 {
		if next := l.Window(v.cursor+1, by, false); len(next) > 0 {
			v.cursor = next[len(next)-1].Seq
		}
		return
	}
	if v.cursor > 0 {
		v.put(l.Window(v.cursor-1, -by, true))
	}
}

// scrollTall scrolls within the cursor's line, where that is taller than the
// screen and goes on there.
func (v *View) scrollTall(l *state.Logs, by int) bool {
	lines := l.Window(v.cursor, 1, false)
	if !v.wrap || len(lines) == 0 || v.top != v.cursor {
		return false
	}
	hidden := v.layout(l).height(lines[0].Text) - v.above - v.h
	switch {
	case by > 0 && hidden > 0:
		v.above += min(by, hidden)
	case by < 0 && v.above > 0:
		v.above -= min(-by, v.above)
	default:
		return false
	}
	return true
}

// step is by how many lines an action moves.
func (v *View) step(id action.ID) (by int, moves bool) {
	page := max(v.h-1, 1)
	if v.wrap {
		page = max(v.page.count()-1, 1)
	}
	if id == action.Top || id == action.Bottom {
		return 0, true
	}
	return widget.Step(id, page)
}

// sideways moves what is shown of long lines.
func (v *View) sideways(right bool) {
	by := max(v.w/4, 8)
	if !right {
		v.x = max(v.x-by, 0)
		return
	}
	longest := 0
	for i := range v.page.lines {
		longest = max(longest, width(v.page.lines[i].Text))
	}
	if v.x+v.w < longest {
		v.x += by
	}
}
