package cli

import (
	"context"
	"slices"
	"strings"

	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/word"
)

// packageUseJSON is one entry of "uses" in `which --json`: a place by which a
// machine that was asked about installs the package.
type packageUseJSON struct {
	Machine string `json:"machine"`
	User    string `json:"user,omitempty"`
	Option  string `json:"option"`
	Aspect  string `json:"aspect,omitempty"`
	At      string `json:"at"`
	As      string `json:"as,omitempty"` // "stable.ripgrep": out of a channel, past the layers
}

// usesOn are the places by which the machines that a question is about install
// its package.
func usesOn(ctx context.Context, s *session.Session, answers []overlay.Answer, q session.PackageQuestion) ([]session.PackageUse, error) {
	uses, err := s.Uses(ctx, q.Packages[0])
	return slices.DeleteFunc(uses, func(u session.PackageUse) bool {
		m := s.Fleet().Machine(u.Machine)
		return q.Machine != "" && u.Machine != q.Machine ||
			m != nil && !slices.ContainsFunc(answers, func(a overlay.Answer) bool { return a.System == m.System })
	}), err
}

func usesToJSON(uses []session.PackageUse) []packageUseJSON {
	out := []packageUseJSON{}
	for _, u := range uses {
		out = append(out, packageUseJSON{u.Machine, u.User, u.Option, u.Aspect, u.At.String(), u.As})
	}
	return out
}

// printUses shows the machines that a change of the package affects, as far
// as files tell it.
func (a *app) printUses(uses []session.PackageUse) {
	p := a.text()
	if len(uses) == 0 {
		p.line("no machine that this is about names it in its lists of packages")
		return
	}
	p.line("installed by")
	var rows [][]cell
	for _, u := range uses {
		by := ""
		if u.Aspect != "" {
			by = "by " + u.Aspect
		}
		if u.As != "" {
			by = strings.TrimSpace(by + " as pkgs." + u.As)
		}
		rows = append(rows, []cell{c(u.Machine), c(word.Scoped(u.User, u.Option)), cr(faint, by), cr(faint, u.At.String())})
	}
	p.rows("  ", rows)
}
