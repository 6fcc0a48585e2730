package session_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
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

// TestAuditUsesCorpus looks which files the machines of real repositories name:
// counted by hand as machines and homes with a file.
func TestAuditUsesCorpus(t *testing.T) {
	dir := os.Getenv("ASSAY_CORPUS")
	if dir == "" {
		t.Skip("not run: ASSAY_CORPUS is not set")
	}
	for name, want := range map[string]map[string]int{
		"britter+nix-configuration": {"modules/hosts/directions/secrets.yaml": 1, "modules/hosts/srv-offsite-1/secrets.yaml": 1, "modules/hosts/srv-prod-1/secrets.yaml": 1,
			"modules/hosts/srv-prod-2/secrets.yaml": 1, "modules/hosts/srv-prod-3/secrets.yaml": 1, "modules/hosts/srv-prod-4/secrets.yaml": 1,
			"modules/hosts/srv-prod-5/secrets.yaml": 1, "modules/hosts/srv-prod-6/secrets.yaml": 1},
		"kriswill+dotfiles": {"modules/hosts/k/secrets.yaml": 1, "modules/hosts/nebula/secrets.yaml": 1, "modules/hosts/ssh-hosts.yaml": 1},
		"cameronraysmith+vanixiets": {"secrets/home-manager/users/crs58/secrets.yaml": 10, "secrets/home-manager/users/raquel/secrets.yaml": 1,
			"secrets/home-manager/users/christophersmith/secrets.yaml": 1, "secrets/home-manager/users/janettesmith/secrets.yaml": 1, "secrets/home-manager/users/tara/secrets.yaml": 2},
	} {
		r, err := repo.Open(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		report, err := session.New(r, session.Options{}).Audit(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for i := range report.Secrets {
			if s := &report.Secrets[i]; len(s.Uses) > 0 {
				got[s.ID] = len(s.Uses)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		for _, f := range report.Findings {
			if slices.Contains([]audit.Kind{audit.Locked, audit.Absent, audit.NotTracked}, f.Kind) {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}
