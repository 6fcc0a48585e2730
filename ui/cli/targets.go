package cli

import (
	"os"
	"path/filepath"

	"assay/fleet/fleetfile"
	"assay/fleet/session"
	"assay/ui/word"
)

// hintTargets says how machines that nobody has said the place of get one.
func (a *app) hintTargets(s *session.Session, machines []string) {
	n := 0
	for _, name := range machines {
		if m := s.Fleet().Machine(name); m != nil && len(m.Deploy.Targets) == 0 {
			n++
		}
	}
	if n == 0 || a.inDemo {
		return
	}
	hint := "assay init writes a fleet.toml to fill in"
	if _, err := os.Stat(filepath.Join(s.Repo.Dir, fleetfile.Name)); err == nil {
		hint = "give them deploy.targets in fleet.toml"
	}
	have := "have"
	if n == 1 {
		have = "has"
	}
	a.text().clean("%s %s no target; hint: %s", word.Count(n, "machine"), have, hint)
}
