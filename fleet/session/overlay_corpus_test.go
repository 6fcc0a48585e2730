package session

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/repo"
	"assay/overlay"
)

// corpusSession opens a checkout; nil where it is no fleet.
func corpusSession(dir string) *Session {
	r, err := repo.Open(dir)
	if err != nil {
		return nil
	}
	return New(r, Options{})
}

func corpus(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("ASSAY_CORPUS")
	if dir == "" {
		t.Skip("not run: ASSAY_CORPUS names no directory with checkouts")
	}
	return dir
}

// TestOverlaysOfCorpus: of every checkout, the layers, hotfixes, channels and
// uses can be asked for, and each entry stands where its place says.
func TestOverlaysOfCorpus(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(corpus(t), "*"))
	if err != nil {
		t.Fatal(err)
	}
	entries := 0
	for _, dir := range dirs {
		s := corpusSession(dir)
		if s == nil || s.Unread() != "" {
			continue
		}
		for _, system := range s.Stack().Systems() {
			for i, layer := range s.Stack().Layers(system) {
				if layer.Number != i+1 {
					t.Errorf("%s: layer %s is number %d, at %d", dir, layer.Name, layer.Number, i+1)
				}
				for _, e := range layer.Entries {
					entries++
					standsThere(t, dir, e)
					if a := s.Stack().Which(e.Package, system); a.Layer == "" {
						t.Errorf("%s: no layer supplies %s on %s, which %s defines", dir, e.Package, system, layer.Name)
					}
				}
			}
		}
		if _, err := s.Hotfixes(t.Context(), HotfixQuestion{}); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		if _, err := s.Channels(); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		if _, err := s.Uses(t.Context(), "git"); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if entries < 100 {
		t.Errorf("only %d entries in %d checkouts", entries, len(dirs))
	}
	t.Logf("%d entries in %d checkouts", entries, len(dirs))
}

// computed is a line that makes names rather than writing them.
var computed = regexp.MustCompile(`\$\{|FromDirectory`)

// standsThere: the name is in the line, or the file is the package's own.
func standsThere(t *testing.T, dir string, e overlay.Entry) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(e.At.File)))
	lines := strings.Split(string(text), "\n")
	switch name := e.Package[strings.LastIndexByte(e.Package, '.')+1:]; {
	case err != nil:
		t.Errorf("%s: %s: %v", dir, e.Package, err)
	case e.At.Line < 1 || e.At.Line > len(lines):
		t.Errorf("%s: %s is at %s, and the file has %d lines", dir, e.Package, e.At, len(lines))
	case e.At.Line > 1 && !strings.Contains(lines[e.At.Line-1], name) && !computed.MatchString(lines[e.At.Line-1]):
		t.Errorf("%s: %s is not at %s: %q", dir, e.Package, e.At, lines[e.At.Line-1])
	}
}

// TestKnownOverlaysOfCorpus: two repositories whose overlays were read by
// people.
func TestKnownOverlaysOfCorpus(t *testing.T) {
	dir := corpus(t)
	s := corpusSession(filepath.Join(dir, "cameronraysmith+vanixiets"))
	if s == nil {
		t.Skip("not run: ASSAY_CORPUS has no cameronraysmith+vanixiets")
	}
	var names []string
	for _, l := range s.Stack().Layers("aarch64-darwin") {
		names = append(names, l.Name)
	}
	if want := []string{"typst", "texlive", "stable-fallbacks", "shot-scraper", "python-overrides", "openclaw", "nuenv", "nixos-facter", "mactop", "cognee",
		"channels", "bitwarden-cli", "aeneas", "packages"}; !slices.Equal(names, want) { // the files backwards: list options merge so
		t.Errorf("layers of vanixiets: %q", names)
	}
	hs, err := s.Hotfixes(t.Context(), HotfixQuestion{Dates: true})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, h := range hs {
		link := ""
		for _, l := range h.Note.Links {
			link = l.URL
		}
		got[h.Package] = h.Since.Day + " " + link
	}
	for pkg, want := range map[string]string{
		"bitwarden-cli": "2026-03-31 https://github.com/bitwarden/clients/issues/18741",
		"mactop":        "2026-01-10 https://github.com/metaspartan/mactop/issues",
		"nixos-facter":  "2026-07-17 https://github.com/nix-community/nixos-facter/pull/672",
	} {
		if got[pkg] != want {
			t.Errorf("hotfix %s: %q, want %q", pkg, got[pkg], want)
		}
	}
	s = corpusSession(filepath.Join(dir, "mirkolenz+nixos"))
	if s == nil {
		t.Skip("not run: ASSAY_CORPUS has no mirkolenz+nixos")
	}
	if !slices.ContainsFunc(s.Repo.Problems(), func(p fleet.Problem) bool {
		return strings.Contains(p.Text, "pkgs/overrides.nix has no effect: nothing imports the file")
	}) {
		t.Errorf("the layer that nothing imports is not told: %v", s.Repo.Problems())
	}
	hs, err = s.Hotfixes(t.Context(), HotfixQuestion{})
	if err != nil || len(hs) != 2 || hs[0].Package != "unpaper" || hs[0].At.String() != "pkgs/hotfixes.nix:7" || hs[1].Package != "zathura" {
		t.Errorf("hotfixes of mirkolenz: %+v, %v", hs, err)
	}
}
