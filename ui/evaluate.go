package ui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/known"
	"assay/ui/view"
)

// evaluation is a question to Nix that goes on.
type evaluation struct {
	cancellable
	said *said
}

// remembered is what Nix has said of packages, by what it was asked for.
func remembered(ctx context.Context, s Session) (known.Answers, error) {
	kept, err := s.Remembered(ctx)
	answers := make(known.Answers, len(kept))
	for i := range kept {
		answers[known.PackageOn{Package: kept[i].Package, System: kept[i].System}] = &kept[i]
	}
	return answers, err
}

// evaluate asks Nix about a package in the background. Asked for the same one
// once more it stops, asked for another one it goes on with that.
func (m *Model) evaluate(a view.Evaluate) tea.Cmd {
	of := known.PackageOn{Package: a.Package, System: a.System}
	if was := m.k.Evaluating; was.Busy && was.PackageOn == of {
		m.stopEvaluating()
		return nil
	}
	ctx, generation := m.evaluating.begin(m.ctx)
	heard := &said{}
	m.evaluating.said = heard
	m.k.Evaluating = known.Evaluating{PackageOn: of, Busy: true, Begun: m.now}
	m.changed()
	s, epoch := m.s, m.epoch
	q := session.PackageQuestion{Packages: []string{a.Package}, Systems: []string{a.System}, Layers: true}
	return background(func() answer {
		told, err := s.EvaluatePackages(ctx, q, heard.watch)
		return func(m *Model) tea.Cmd {
			if generation == m.evaluating.generation && epoch == m.epoch {
				m.evaluated(of, told, err)
			}
			return nil
		}
	})
}

// evaluated takes over what Nix has said.
func (m *Model) evaluated(of known.PackageOn, told []overlay.Evaluated, err error) {
	m.evaluating.end()
	m.evaluating.ended = m.now
	m.k.Evaluating = known.Evaluating{PackageOn: of, Err: err}
	if err == nil && len(told) > 0 {
		m.k.Told[of] = &session.Remembered{Evaluated: told[0], At: m.now, Current: true, Locked: true}
	}
	m.changed()
}

// stopEvaluating gives a question to Nix up. What it said before stays.
func (m *Model) stopEvaluating() {
	if !m.k.Evaluating.Busy {
		return
	}
	m.evaluating.generation++
	m.evaluating.end()
	m.evaluating.ended = m.now
	m.k.Evaluating = known.Evaluating{}
	m.changed()
	m.say(warned("Nix was stopped; nothing was changed"))
}

// lookAtEvaluating takes over what Nix is at.
func (m *Model) lookAtEvaluating() {
	e := &m.k.Evaluating
	if !e.Busy {
		return
	}
	if now, _ := m.evaluating.said.now(); now.step != e.Step {
		e.Step = now.step
		m.changed()
	}
}
