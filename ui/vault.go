package ui

import (
	"context"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet/session"
	"assay/secrets"
	"assay/secrets/audit"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// Vault is what the console asks for about secrets. Values stay below it.
type Vault interface {
	Audit(ctx context.Context, ages bool) (*audit.Report, error)
	// PlanVars works out what would be generated for the machines, none for
	// all; regenerate is a generator to make anew.
	PlanVars(ctx context.Context, machines []string, regenerate string) (session.VarsPlan, error)
	// MakeVars runs a plan, and asks the operator what its generators ask.
	MakeVars(ctx context.Context, p session.VarsPlan) ([]secrets.Made, error)
	// MendVars writes drifted vars anew for whom their links name.
	MendVars(ctx context.Context, drifted []secrets.VarFinding) ([]secrets.VarFinding, error)
}

// What the operator confirms about secrets.
const (
	varsAgreed action.ID = "secrets.make-confirmed"
	fixAgreed  action.ID = "secrets.fix-confirmed"
)

// vaulting is what is shown for the operator to confirm, or being done.
type vaulting struct {
	busy    bool
	plan    session.VarsPlan
	drifted []secrets.VarFinding
}

// planVars works out what would be generated, and then asks.
func (m *Model) planVars() tea.Cmd {
	if m.vault.busy {
		m.say(warned("Secrets are being written already"))
		return nil
	}
	m.vault.busy = true
	m.say(notice("Working out what would be generated"))
	s, ctx, epoch := m.s, m.ctx, m.epoch
	return background(func() answer {
		p, err := s.PlanVars(ctx, nil, "")
		return func(m *Model) tea.Cmd {
			m.vault.busy = false
			switch {
			case epoch != m.epoch:
			case err != nil:
				m.say(failed("Nothing can be generated", err))
			case m.dialog != nil || m.at.top().Link().Place != view.Secrets: // the operator does something else now
				m.say(notice("What would be generated is known: " + m.keys.Label(action.MakeVars) + " in the secrets shows it"))
			default:
				m.confirmVars(p)
			}
			return nil
		}
	})
}

// confirmVars shows a plan of generators.
func (m *Model) confirmVars(p session.VarsPlan) {
	var lines []widget.Line
	runs, blocked := 0, 0
	for _, step := range p.Steps {
		place := strings.TrimPrefix(step.Place.Dir(), "vars/")
		if step.Blocked != "" {
			blocked++
			lines = append(lines, widget.Line{widget.R(style.Warn, m.env.Style.Glyphs.Skip+" "), widget.P(place), widget.R(style.Muted, " left: "+step.Blocked)})
			continue
		}
		runs++
		text := " " + step.Reason
		if n := len(step.Prompts); n > 0 {
			text += ", asks for " + word.Count(n, "answer")
		}
		if step.Exists {
			text += ", replaces what is there"
		}
		lines = append(lines, widget.Line{widget.R(style.OK, "+ "), widget.P(place), widget.R(style.Muted, text)})
	}
	if runs == 0 {
		text := "Nothing is to be generated"
		if blocked > 0 {
			text = word.Count(blocked, "generator") + " cannot run here: " + p.Steps[0].Place.Dir() + ": " + p.Steps[0].Blocked
		}
		m.say(warned(text))
		return
	}
	lines = append(lines, nil, widget.Line{widget.P("values that are there stay; files only, nothing is committed")})
	m.vault.plan = p
	m.openConfirmation(view.Confirm{Title: "Generate what is missing", Lines: lines, Yes: "Run " + word.Count(runs, "generator"),
		Intent: action.Intent{ID: varsAgreed}})
}

// confirmFix shows what fixing would do.
func (m *Model) confirmFix(a view.FixVars) {
	if m.vault.busy {
		m.say(warned("Secrets are being written already"))
		return
	}
	m.vault.drifted = a.Drifted
	a.Confirm.Intent = action.Intent{ID: fixAgreed}
	m.openConfirmation(a.Confirm)
}

// makeVars runs the plan that was confirmed.
func (m *Model) makeVars() tea.Cmd {
	s, ctx, p := m.s, m.ctx, m.vault.plan
	return m.writing(func() (string, error) {
		made, err := s.MakeVars(ctx, p)
		return word.Count(len(made), "generator") + " done", err
	})
}

// fixVars writes the drifted vars anew.
func (m *Model) fixVars() tea.Cmd {
	s, ctx, drifted := m.s, m.ctx, m.vault.drifted
	return m.writing(func() (string, error) {
		done, err := s.MendVars(ctx, drifted)
		return word.Count(len(done), "secret") + " written anew", err
	})
}

// writing does something to the secrets in the background, says what came of
// it, and looks at them again.
func (m *Model) writing(do func() (string, error)) tea.Cmd {
	switch why := m.opts.ReadOnly; {
	case why != "":
		m.say(warned(why))
		return nil
	case m.vault.busy:
		m.say(warned("Secrets are being written already"))
		return nil
	}
	m.vault = vaulting{busy: true}
	m.say(notice("Writing secrets"))
	return background(func() answer {
		text, err := do()
		return func(m *Model) tea.Cmd {
			m.vault.busy = false
			if err != nil {
				m.say(failed(fmt.Sprintf("Not all secrets are written (%s)", text), err))
			} else {
				m.say(done(strings.ToUpper(text[:1]) + text[1:]))
			}
			return m.again([]known.Need{{Kind: known.Secrets}})
		}
	})
}
