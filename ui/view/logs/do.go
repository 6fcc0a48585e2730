package logs

import (
	"fmt"
	"strings"

	"assay/fleet/run/state"
	"assay/ui/action"
	"assay/ui/term"
	"assay/ui/view"
)

// pagedLines is how many lines the pager is given as they are shown; of longer
// logs it gets the file.
const pagedLines = 5000

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.sums = sums{}
	if v.move(in.ID) {
		return nil
	}
	switch in.ID {
	case action.Back:
		return v.back()
	case action.Enter:
		return v.enter()
	case action.Follow:
		v.toggleFollow()
	case action.Left, action.Right:
		if !v.wrap {
			v.sideways(in.ID == action.Right)
		}
	case action.Wrap:
		v.wrap, v.above = !v.wrap, 0
	case action.Times:
		v.times = (v.times + 1) % timesCount
	case action.Search, action.Filter:
		v.beginSearch()
	case action.NextMatch, action.PrevMatch:
		return v.next(in.ID == action.PrevMatch)
	case action.InputText:
		v.typed()
	case action.InputDone:
		v.input.Blur()
	case action.InputEsc:
		v.endSearch(true)
	case action.InputDown, action.InputUp:
		return v.next(in.ID == action.InputUp)
	default:
		return v.ask(in)
	}
	return nil
}

// ask carries out what the console has a part in.
func (v *View) ask(in action.Intent) []view.Ask {
	if v.Disabled(in.ID) != "" {
		return nil
	}
	switch in.ID {
	case action.Level:
		return v.chooseLevel()
	case action.LevelSet:
		v.setLevel(in.Arg)
	case action.Hosts:
		return v.chooseHost()
	case action.HostsSet:
		v.setHost(in.Arg)
	case action.FirstError:
		v.firstError()
	case action.Copy:
		return v.copyLine()
	case action.CopyAll:
		return v.copyPage()
	case action.SaveLog:
		return []view.Ask{view.SaveLog{Run: v.run, Machine: v.machine}}
	case action.Pager:
		return v.pager()
	}
	return nil
}

// back ends the search, then the level filter, then leaves.
func (v *View) back() []view.Ask {
	switch {
	case v.input.Shown():
		v.endSearch(false)
	case v.least > state.Info:
		v.least, v.about = state.Info, true
	default:
		return []view.Ask{view.Leave{}}
	}
	return nil
}

// enter goes deeper: from all logs to the one of the machine under the cursor,
// from there to the machine.
func (v *View) enter() []view.Ask {
	if v.machine != "" {
		if v.env.Known.Fleet.Machine(v.machine) == nil {
			return nil
		}
		return []view.Ask{view.Go{Link: view.Link{Place: view.Machine, Name: v.machine}}}
	}
	line, ok := v.current()
	if !ok {
		return nil
	}
	link := view.Link{Place: view.Logs, Name: v.run, Sub: line.Machine}
	if !v.follow {
		link.Line = int(line.Seq)
	}
	return []view.Ask{view.Go{Link: link}}
}

// Click puts the cursor where it was clicked; a second click goes deeper.
func (v *View) Click(_, y int) []view.Ask {
	line := v.page.at(y - v.head)
	if line == nil {
		return nil
	}
	if !v.follow && v.cursor == line.Seq {
		return v.enter()
	}
	seq := line.Seq
	v.hold(v.logs())
	v.cursor = seq
	return nil
}

func (v *View) toggleFollow() {
	l := v.logs()
	switch {
	case l == nil:
	case v.follow:
		v.hold(l)
	case v.live():
		v.follow, v.begun = true, true
	}
}

// current is the line under the cursor; while following, the last one.
func (v *View) current() (state.Line, bool) {
	l := v.logs()
	if l == nil {
		return state.Line{}, false
	}
	at := v.cursor
	if v.follow {
		at = state.End
	}
	lines := l.Window(at, 1, false)
	if len(lines) == 0 {
		lines = l.Window(at, 1, true)
	}
	if len(lines) == 0 {
		return state.Line{}, false
	}
	return lines[0], true
}

func (v *View) firstError() {
	l := v.logs()
	v.begin(l)
	if seq, ok := l.FirstError(); ok {
		v.hold(l)
		v.jump(seq)
	}
}

func (v *View) copyLine() []view.Ask {
	line, ok := v.current()
	if !ok {
		return nil
	}
	return []view.Ask{view.Copy{What: "the line", Text: term.Clean(line.Text)}}
}

// copyPage copies the lines on the screen: a clipboard is no place for all of
// a log.
func (v *View) copyPage() []view.Ask {
	n := v.page.count()
	if n == 0 {
		return nil
	}
	first := v.page.rows[0].line
	return []view.Ask{view.Copy{What: count(n, "line") + " on the screen", Text: v.plain(v.page.lines[first : first+n])}}
}

// pager opens the log in the pager: a short one as it is filtered here, a long
// one or one that is not kept whole from the file.
func (v *View) pager() []view.Ask {
	l := v.logs()
	if l.Dropped() > 0 || l.Len() > pagedLines {
		return []view.Ask{view.SaveLog{Run: v.run, Machine: v.machine, Page: true}}
	}
	return []view.Ask{view.Page{Title: v.Title(), Text: v.plain(l.Window(state.Begin, pagedLines, false))}}
}

// plain is lines as text, as the view shows them.
func (v *View) plain(lines []state.Line) string {
	shot := v.picture().State.Snapshot()
	wide := v.nameWidth(shot.Machines)
	var b strings.Builder
	for i := range lines {
		for _, s := range v.prefix(&lines[i], shot.Start, wide) {
			b.WriteString(term.Clean(s.Text))
		}
		fmt.Fprintln(&b, term.Clean(lines[i].Text))
	}
	return b.String()
}

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	switch id {
	case action.Back, action.Times, action.Wrap:
		return ""
	case action.Left, action.Right:
		if v.wrap {
			return "lines are wrapped: " + v.env.Key(action.Wrap) + " cuts them"
		}
		return ""
	case action.Edit:
		return "a log is no file of the fleet"
	}
	if !v.sums.known {
		v.sums = sum(v.logs())
	}
	if !v.sums.known {
		return "the run is not there"
	}
	return v.disabled(id, v.sums)
}

func (v *View) disabled(id action.ID, n sums) string {
	none := func(count int, why string) string {
		if count > 0 {
			return ""
		}
		return why
	}
	switch id {
	case action.Follow:
		if !v.live() && !v.follow {
			return "nothing new comes: " + v.ended()
		}
	case action.NextMatch, action.PrevMatch:
		if !v.search.on() {
			return "nothing is searched: " + v.env.Key(action.Search) + " does"
		}
	case action.FirstError:
		if n.errors == 0 {
			return v.noError()
		}
	case action.Enter:
		if v.machine == "" {
			return none(n.kept, "there is no line")
		}
		if v.env.Known.Fleet.Machine(v.machine) == nil {
			return v.machine + " is no machine of the fleet as it is now"
		}
	case action.Copy, action.CopyAll:
		return none(n.kept, "there is no line")
	case action.SaveLog, action.Pager:
		return none(n.all, "nothing was printed")
	}
	return ""
}
