package run

import (
	"slices"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	v.look()
	if view.InFilter(v.input, v.table, in.ID) {
		v.look()
		return nil
	}
	switch in.ID {
	case action.Back:
		return []view.Ask{view.Leave{}}
	case action.Enter:
		return v.logs()
	case action.LogsOf:
		return []view.Ask{view.Go{Link: view.Link{Place: view.Logs, Name: v.id}}}
	case action.Stop:
		return v.stop()
	case action.Abandon:
		return v.abandon()
	case action.Retry:
		return v.retry()
	case action.PlanBack:
		return v.planBack()
	case action.Copy:
		if _, name := v.table.Cursor(); name != "" {
			return []view.Ask{view.Copy{What: "the name", Text: name}}
		}
	case action.CopyAll:
		return []view.Ask{view.Copy{What: "the run", Text: v.text()}}
	case action.Sort:
		return []view.Ask{view.SortBy("Sort by", v.table)}
	default:
		if v.table.Do(in) {
			v.moved = true
		}
		v.look()
	}
	return nil
}

// logs opens the logs of the machine under the cursor.
func (v *View) logs() []view.Ask {
	if _, name := v.table.Cursor(); name != "" {
		return []view.Ask{view.Go{Link: view.Link{Place: view.Logs, Name: v.id, Sub: name}}}
	}
	return nil
}

// Click puts the cursor on a machine; a second click opens its logs.
func (v *View) Click(x, y int) []view.Ask {
	if y -= v.above; y < 0 || v.stood == notThere {
		return nil
	}
	v.moved = true
	if v.table.Click(x, y) {
		return v.logs()
	}
	return nil
}

// stop stops the run gently; the second time it asks first.
func (v *View) stop() []view.Ask {
	r := v.run()
	switch {
	case v.Disabled(action.Stop) != "":
		return nil
	case r.Stopping == 0:
		return []view.Ask{view.StopRun{}}
	}
	working := v.working()
	c := view.Confirm{Title: "Abandon the run?", Yes: "Abandon the run", Intent: action.Intent{ID: action.Abandon, Arg: v.id}}
	if len(working) > 0 {
		c.Lines = append(c.Lines, widget.Line{widget.R(style.Strong, word.Count(len(working), "machine")+" being worked on: "+word.Names(working, 12))})
	}
	c.Lines = append(c.Lines, widget.Line{widget.R(style.Fail, "Their steps are given up where they are. What became of them may stay unknown until they are asked again.")})
	return []view.Ask{c}
}

// abandon stops the run at once, after the confirmation.
func (v *View) abandon() []view.Ask {
	if v.Disabled(action.Stop) != "" || v.run().Stopping == 0 {
		return nil
	}
	return []view.Ask{view.StopRun{}}
}

// retry plans the machines that did not come out as asked once more.
func (v *View) retry() []view.Ask {
	if v.Disabled(action.Retry) != "" {
		return nil
	}
	ask := view.MakePlan{Machines: slices.Clone(v.again()), Goal: engine.Goal(v.shot.Started.Goal)}
	if v.shot.Started.Kind == string(plan.Rollback) {
		ask.Back = true
		ask.To, _ = v.backTo(ask.Machines)
	}
	return []view.Ask{ask}
}

// backTo is the generation that a rollback was to return the machines to. Only
// the plan knows it: the one before the running one may be another by now.
func (v *View) backTo(list []string) (to int, why string) {
	r := v.run()
	if r.Plan == nil {
		return 0, "the plan of this rollback is not known; plan it from the machines"
	}
	for _, name := range list {
		e := r.Plan.Entry(name)
		if e == nil || e.To.Generation == 0 {
			return 0, "the plan does not say what " + name + " returns to; plan it from the machines"
		}
		if to != 0 && to != e.To.Generation {
			return 0, "they return to different generations; plan each from its machine"
		}
		to = e.To.Generation
	}
	return to, ""
}

// text is the run as text.
func (v *View) text() string {
	var b strings.Builder
	for _, l := range v.head(120) {
		b.WriteString(l.Text() + "\n")
	}
	b.WriteByte('\n')
	for i, m := range v.rows.list {
		var cells []string
		for _, c := range columns {
			if text := (widget.Line{v.rows.Cell(i, c.ID)}).Text(); text != "" {
				cells = append(cells, text)
			}
		}
		b.WriteString(strings.Join(cells, "  ") + "\n")
		if v.rank(m) >= rankGood {
			continue
		}
		for _, l := range v.story(m, 120)[1:] {
			b.WriteString(l.Text() + "\n")
		}
	}
	return b.String()
}
