package cli

import (
	"context"
	"strings"

	"assay/fleet/host"
	"assay/fleet/session"
	"assay/ui/word"
)

// unseenShown is how many files that Nix does not see are named.
const unseenShown = 5

// warnUnseen says beside the answer which files of the repository Nix does not
// see: what is in them is in no plan and in no build.
func (a *app) warnUnseen(ctx context.Context, s *session.Session) {
	files := s.Unseen(ctx)
	if len(files) == 0 {
		return
	}
	add := "git add " + strings.Join(files, " ")
	if len(files) > unseenShown {
		add = "git add those that belong to the fleet"
	}
	p := a.errors()
	p.line("%s%s", p.paint(warn, "warning"), p.fold(" "+host.Sanitize("git does not track "+word.Names(files, unseenShown)+
		": Nix does not see "+them(files)+"; hint: "+add), len("warning"), 4))
}

func them(files []string) string {
	if len(files) == 1 {
		return "it"
	}
	return "them"
}
