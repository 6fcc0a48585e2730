package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet/session"
	"assay/overlay/care"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
)

// What the operator confirms about a hotfix.
const (
	editWritten action.ID = "hotfix.written"
	patchCopied action.ID = "hotfix.patch-copied"
)

// careful is a check of the hotfixes that goes on.
type careful struct {
	cancellable
	known, of *counter
}

// checkHotfixes asks Hydras and git, or Nix, in the background. Asked for the
// same once more it stops, asked for the other it goes on with that.
func (m *Model) checkHotfixes(nix bool) tea.Cmd {
	k := m.k
	if k.Checking.Busy && k.Checking.Nix == nix {
		m.stopChecking()
		return nil
	}
	ctx, generation := m.checking.begin(m.ctx)
	answered, of := &counter{}, &counter{}
	m.checking.known, m.checking.of = answered, of
	k.Checking = known.Checking{Busy: true, Nix: nix, Begun: m.now, At: k.Checking.At, NixAt: k.Checking.NixAt}
	m.changed()
	s, epoch := m.s, m.epoch
	q := session.HotfixQuestion{Hydra: !nix, Dates: true, Evaluate: nix, Asked: func(n int) {
		of.n.Store(int64(n))
		answered.add()
	}}
	return background(func() answer {
		found, err := s.Hotfixes(ctx, q)
		return func(m *Model) tea.Cmd {
			if generation != m.checking.generation || epoch != m.epoch {
				return nil
			}
			m.checked(found, nix, err)
			return nil
		}
	})
}

// checked takes over what a check has found. What only Nix can count stays from
// when it was asked.
func (m *Model) checked(found []care.Hotfix, nix bool, err error) {
	m.checking.end()
	was := m.k.Checking
	m.k.Checking = known.Checking{Nix: nix, At: was.At, NixAt: was.NixAt, Err: err}
	if nix && err == nil {
		m.k.Checking.NixAt = m.now
	} else if !nix {
		m.k.Checking.At = m.now
	}
	if err == nil {
		if !nix {
			keepRebuilds(found, m.k.Hotfixes.Value)
		}
		m.k.Hotfixes = known.Loaded[[]care.Hotfix]{Value: found, At: m.now}
		m.say(checked(found))
	}
	m.changed()
}

// keepRebuilds fills in how many derivations hotfixes rebuild, as it was known.
func keepRebuilds(found, was []care.Hotfix) {
	for i := range found {
		h := &found[i]
		j := slices.IndexFunc(was, func(o care.Hotfix) bool { return o.Package == h.Package && o.At == h.At && o.Layer == h.Layer })
		if h.Rebuilds == nil && j >= 0 {
			h.Rebuilds = was[j].Rebuilds
		}
	}
}

// checked is what the console says at the end of a check.
func checked(found []care.Hotfix) view.Say {
	n := 0
	for i := range found {
		if v := found[i].Verdict; v == care.Dead || v == care.CanGo {
			n++
		}
	}
	if n == 0 {
		return done("The hotfixes are checked: of none is it known that it can go")
	}
	return done(fmt.Sprintf("The hotfixes are checked: %d of %d can go or do nothing", n, len(found)))
}

// stopChecking gives a check up. What Hydras said so far is kept by the session.
func (m *Model) stopChecking() {
	text := "The check of the hotfixes was stopped"
	if m.k.Checking.Nix {
		text = "Nix was stopped; nothing was changed"
	}
	m.checking.generation++
	m.checking.end()
	m.k.Checking = known.Checking{At: m.k.Checking.At, NixAt: m.k.Checking.NixAt}
	m.changed()
	m.say(warned(text))
}

// lookAtChecking takes over how far the check is.
func (m *Model) lookAtChecking() {
	c := &m.k.Checking
	if !c.Busy {
		return
	}
	if done, of := m.checking.known.now(), m.checking.of.now(); done != c.Done || of != c.Of {
		c.Done, c.Of = done, of
		m.changed()
	}
}

// removeHotfix works out what taking a hotfix out changes, and shows that.
// Nothing is written before it is confirmed.
func (m *Model) removeHotfix(a view.RemoveHotfix) tea.Cmd {
	s, epoch := m.s, m.epoch
	return background(func() answer {
		edit, err := s.RemoveHotfix(a.Package, a.System)
		var diff string
		if err == nil {
			diff = s.Diff(edit)
		}
		return func(m *Model) tea.Cmd {
			switch {
			case epoch != m.epoch || m.dialog != nil:
			case err != nil:
				m.say(failed("The hotfix of "+a.Package+" cannot be taken out here", err))
			default:
				m.preview(a.Package, edit, diff)
			}
			return nil
		}
	})
}

// preview shows a change of a file, to be written or, where that is not the
// console's to do, to be copied.
func (m *Model) preview(pkg string, edit session.Edit, diff string) {
	m.change, m.diff = edit, diff
	c := view.Confirm{Title: "Take the hotfix of " + pkg + " out?", Yes: "Write " + edit.File, Intent: action.Intent{ID: editWritten}}
	if why := m.keepsFiles(edit); why != "" {
		c.Title, c.Yes, c.Intent.ID = "The patch of "+edit.File, "Copy the patch", patchCopied
		c.Lines = append(c.Lines, widget.Line{widget.P(why)}, widget.Line{})
	}
	for line := range strings.Lines(diff) {
		c.Lines = append(c.Lines, widget.Line{widget.R(diffRole(line), strings.TrimRight(line, "\r\n"))})
	}
	m.openConfirmation(c)
}

// keepsFiles says why the console does not write an edit; "" when it may.
func (m *Model) keepsFiles(edit session.Edit) string {
	switch {
	case edit.Patch:
		return "Nix files are yours: nothing is written. In " + m.k.Dir + ", git apply takes this patch."
	case m.opts.ReadOnly != "":
		return "Nothing is written: " + m.opts.ReadOnly + "."
	case m.opts.KeepsFiles != "":
		return "Nothing is written: " + m.opts.KeepsFiles + "."
	case m.k.Stale != nil:
		return "Nothing is written: the fleet's files cannot be read any more."
	}
	return ""
}

func diffRole(line string) style.Role {
	switch {
	case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"), strings.HasPrefix(line, "@@"):
		return style.Muted
	case strings.HasPrefix(line, "+"):
		return style.OK
	case strings.HasPrefix(line, "-"):
		return style.Fail
	}
	return style.Plain
}

// writeEdit writes what was confirmed, and reads the fleet anew.
func (m *Model) writeEdit() tea.Cmd {
	edit, s := m.change, m.s
	if why := m.keepsFiles(edit); why != "" {
		m.say(warned(why))
		return nil
	}
	return background(func() answer {
		err := s.WriteEdit(edit)
		return func(m *Model) tea.Cmd {
			if err != nil {
				m.say(failed(edit.File+" was not written", err))
				return nil
			}
			m.say(done(edit.File + " is written; reading the fleet anew"))
			if m.k.Running() != nil {
				m.reread = true
				return nil
			}
			return m.reopen()
		}
	})
}
