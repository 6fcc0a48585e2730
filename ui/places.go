package ui

import (
	"slices"
	"strings"

	"assay/ui/action"
	"assay/ui/view"
	"assay/ui/view/aspect"
	"assay/ui/view/aspects"
	"assay/ui/view/checks"
	"assay/ui/view/file"
	"assay/ui/view/hotfixes"
	"assay/ui/view/layers"
	"assay/ui/view/logs"
	"assay/ui/view/machine"
	"assay/ui/view/machines"
	"assay/ui/view/planned"
	"assay/ui/view/run"
	"assay/ui/view/runs"
	"assay/ui/view/secrets"
	"assay/ui/view/services"
)

// open makes the view of a place.
func (m *Model) open(l view.Link) view.View {
	switch l.Place {
	case view.Machine:
		return machine.New(m.env, l)
	case view.Aspects:
		return aspects.New(m.env, l)
	case view.Aspect:
		return aspect.New(m.env, l)
	case view.Layers:
		return layers.New(m.env, l)
	case view.Hotfixes:
		return hotfixes.New(m.env, l)
	case view.Services:
		return services.New(m.env, l)
	case view.Runs:
		return runs.New(m.env, l)
	case view.Run:
		return run.New(m.env, l)
	case view.Logs:
		return logs.New(m.env, l)
	case view.Secrets:
		return secrets.New(m.env, l)
	case view.Checks:
		return checks.New(m.env, l)
	case view.Plan:
		return planned.New(m.env, l)
	case view.File:
		return file.New(m.env, l)
	}
	return machines.New(m.env, l)
}

// tops are the views that a number opens, in the order of the numbers.
var tops = []struct {
	id    action.ID
	place view.Place
}{
	{action.ToMachines, view.Machines}, {action.ToAspects, view.Aspects}, {action.ToLayers, view.Layers},
	{action.ToServices, view.Services}, {action.ToRuns, view.Runs}, {action.ToChecks, view.Checks}, {action.ToSecrets, view.Secrets},
}

// path is the way from a top view to what is shown: the breadcrumb.
type path []view.View

func (p path) top() view.View { return p[len(p)-1] }

// history is where the operator is and has been.
type history struct {
	paths []path
	now   int
	tops  map[view.Place]view.View // kept, with their cursors and marks
}

const historyMost = 100

func (h *history) reset(v view.View) {
	*h = history{paths: []path{{v}}, tops: map[view.Place]view.View{v.Link().Place: v}}
}

func (h *history) path() path     { return h.paths[h.now] }
func (h *history) top() view.View { return h.path().top() }

// visit goes to a path; what was ahead in the history is forgotten.
func (h *history) visit(p path) {
	h.paths = append(h.paths[:h.now+1], p)
	if over := len(h.paths) - historyMost; over > 0 {
		h.paths = slices.Delete(h.paths, 0, over)
	}
	h.now = len(h.paths) - 1
}

// step goes back (-1) or forward (1) in the history, as far as there is any.
func (h *history) step(by int) { h.now = min(max(h.now+by, 0), len(h.paths)-1) }

// goTo goes to a link: up the breadcrumb where it is on the way already, else
// deeper.
func (m *Model) goTo(l view.Link) {
	p := m.at.path()
	if i := slices.IndexFunc(p, func(v view.View) bool { return v.Link() == l }); i >= 0 {
		m.at.visit(p[: i+1 : i+1])
		return
	}
	m.at.visit(append(p[:len(p):len(p)], m.open(l)))
}

// goTop goes to a top view, as it was left.
func (m *Model) goTop(place view.Place) {
	v := m.at.tops[place]
	if v == nil {
		v = m.open(view.Link{Place: place})
		m.at.tops[place] = v
	}
	if m.at.top() != v {
		m.at.visit(path{v})
	}
}

// leave goes up the breadcrumb; at its beginning there is nowhere to go.
func (m *Model) leave() (left bool) {
	p := m.at.path()
	if len(p) > 1 {
		m.at.visit(p[: len(p)-1 : len(p)-1])
	}
	return len(p) > 1
}

// crumbs is the breadcrumb as text.
func (p path) crumbs(between string) string {
	titles := make([]string, len(p))
	for i, v := range p {
		titles[i] = v.Title()
	}
	return strings.Join(titles, between)
}
