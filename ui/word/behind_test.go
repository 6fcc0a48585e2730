package word

import (
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/session"
)

func TestBehind(t *testing.T) {
	rev := strings.Repeat("ab", 20)
	for _, c := range []struct {
		state  session.State
		behind *session.Behind
		want   string
	}{
		{session.StateCurrent, &session.Behind{Revision: rev, Commits: 2}, "made from abababa, 2 commits ago: the same system"},
		{session.StateCurrent, &session.Behind{Revision: rev}, ""},
		{session.StateBehind, nil, ""},
		{session.StateBehind, &session.Behind{Revision: rev}, "no commit since: what differs is the revision, or not committed"},
		{session.StateBehind, &session.Behind{Revision: rev, Commits: 1, Files: fleet.True}, "1 commit behind, none touches its files: perhaps only the revision differs"},
		{session.StateBehind, &session.Behind{Revision: rev, Commits: 3, Touching: 2, Files: fleet.True}, "3 commits behind, 2 touching its files"},
		{session.StateBehind, &session.Behind{Revision: rev, Commits: 1000, Files: fleet.False}, "1000 commits or more behind"},
		{session.StateUnreachable, &session.Behind{Revision: rev, Commits: 3}, ""},
	} {
		st := session.Status{State: c.state, Behind: c.behind}
		if got := Behind(st); got != c.want {
			t.Errorf("%s %+v: %q, want %q", c.state, c.behind, got, c.want)
		}
	}
}
