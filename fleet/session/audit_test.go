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
	for _, name := range []string{"cameronraysmith+vanixiets", "clan-lol+clan-infra", "Mic92+dotfiles", "Qubasa+dotfiles", "pinpox+nixos"} {
		r, err := repo.Open(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		s := session.New(r, session.Options{})
		begin := time.Now()
		report, err := s.Audit(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		first := time.Since(begin)
		begin = time.Now()
		if report, err = s.Audit(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		second := time.Since(begin)
		tiers := map[audit.Tier]int{}
		for i := range report.Secrets {
			if report.Secrets[i].There() {
				tiers[report.Secrets[i].Tier]++
			}
		}
		t.Logf("%s: %v then with ages %v; %v, %d rows, %d errors, %d warnings, %d notes, %s", name, first, second, tiers, len(report.Secrets), report.Count(audit.Error), report.Count(audit.Warning), report.Count(audit.Note), report.NoGit)
		for _, f := range report.Findings {
			t.Logf("  %s %s %s: %s %s; hint: %s", f.Severity, f.Kind, f.At, f.Secret, f.Text, f.Remedy)
		}
	}
}
