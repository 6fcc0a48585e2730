package word

import (
	"fmt"

	"assay/fleet"
	"assay/fleet/session"
)

// Behind says how far what a host runs lies behind what is checked out, and
// whether that is a difference to it; "" where nobody knows or nothing was
// committed since.
func Behind(st session.Status) string {
	b := st.Behind
	if b == nil {
		return ""
	}
	commits := Count(b.Commits, "commit")
	if b.Commits >= session.MostBehind {
		commits = fmt.Sprintf("%d commits or more", session.MostBehind)
	}
	current := st.State == session.StateCurrent
	switch {
	case !current && st.State != session.StateBehind:
		return ""
	case current && b.Commits > 0:
		return "made from " + b.Revision[:7] + ", " + commits + " ago: the same system"
	case current:
		return ""
	case b.Commits == 0:
		return "no commit since: what differs is the revision, or not committed"
	case b.Files == fleet.True && b.Touching == 0:
		return commits + " behind, none touches its files: perhaps only the revision differs"
	case b.Files == fleet.True && b.Touching < b.Commits:
		return fmt.Sprintf("%s behind, %d touching its files", commits, b.Touching)
	}
	return commits + " behind"
}
