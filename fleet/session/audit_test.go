package session_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"assay/fleet/repo"
	"assay/fleet/session"
	"assay/secrets/audit"
)

// TestAuditCorpus looks at real repositories, of which nothing can be opened.
func TestAuditCorpus(t *testing.T) {
	dir := os.Getenv("ASSAY_CORPUS")
	if dir == "" {
		t.Skip("not run: ASSAY_CORPUS is not set")
	}
	for name, want := range map[string]struct{ files, drifted int }{ // files as git grep counts them
		"cameronraysmith+vanixiets": {142, 5}, "clan-lol+clan-infra": {185, 0}, "Mic92+dotfiles": {321, 4}, "Qubasa+dotfiles": {63, 0}, "pinpox+nixos": {0, 0},
	} {
		r, err := repo.Open(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		s := session.New(r, session.Options{})
		begin := time.Now()
		if _, err := s.Audit(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		first := time.Since(begin)
		begin = time.Now()
		report, err := s.Audit(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		second := time.Since(begin)
		tiers, there, drifted := map[audit.Tier]int{}, 0, 0
		for i := range report.Secrets {
			if report.Secrets[i].There() {
				tiers[report.Secrets[i].Tier]++
				there++
			}
		}
		t.Logf("%s: %v then with ages %v; %v, %d rows, %d errors, %d warnings, %d notes, %s", name, first, second, tiers, len(report.Secrets), report.Count(audit.Error), report.Count(audit.Warning), report.Count(audit.Note), report.NoGit)
		for _, f := range report.Findings {
			if f.Kind == audit.Drift {
				drifted++
			}
		}
		if there != want.files || drifted != want.drifted {
			t.Errorf("%s: %d encrypted files, %d drifted, want %+v", name, there, drifted, want)
		}
	}
}
