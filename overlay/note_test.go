package overlay

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"assay/fleet"
)

func TestReadNote(t *testing.T) {
	const hydra = "https://hydra.nixos.org/job/nixpkgs/trunk/duckdb.aarch64-darwin"
	job := Link{LinkHydra, hydra, "nixpkgs/trunk/duckdb.aarch64-darwin"}
	for _, c := range []struct {
		comment string
		want    Note
	}{
		{"", Note{}},
		{"# " + hydra, Note{Links: []Link{job}}},
		{"# " + hydra + "\n# fmt 11 breaks the build\n# TODO: Remove when the job is green.\n# Added: 2025-10-13",
			Note{"fmt 11 breaks the build", "the job is green", "2025-10-13", []Link{job}}},
		{"# keep the old zig\n# Symptom: does not link\n#   on darwin\n# Reference: https://github.com/NixOS/nixpkgs/issues/4711\n# TODO: Remove when zig 0.15.2 lands\n# Date added: 2025-12-01",
			Note{"does not link on darwin", "zig 0.15.2 lands", "2025-12-01",
				[]Link{{LinkIssue, "https://github.com/NixOS/nixpkgs/issues/4711", "NixOS/nixpkgs#4711"}}}},
		{"Remove once 540742 lands on nixos-unstable", Note{RemoveWhen: "540742 lands on nixos-unstable", Links: []Link{{LinkNumber, "", "#540742"}}}},
		{"broken by gcc 15, drop once https://github.com/NixOS/nixpkgs/pull/1234 is merged. Only on linux",
			Note{"broken by gcc 15 Only on linux", "is merged", "", []Link{{LinkPull, "https://github.com/NixOS/nixpkgs/pull/1234", "NixOS/nixpkgs#1234"}}}},
		{"until nixpkgs#77 (2026-01-02)", Note{"", "nixpkgs#77 (2026-01-02", "2026-01-02", []Link{{LinkNumber, "", "nixpkgs#77"}}}},
		{"see PR 12345", Note{Reason: "see PR 12345", Links: []Link{{LinkPull, "", "#12345"}}}},
		{"/* a test hangs\n * FIXME(bob): revert after the 25.11 release */", Note{Reason: "a test hangs", RemoveWhen: "the 25.11 release"}},
		{"https://gitlab.com/o/r/-/merge_requests/3 https://hydra.nixos.org/build/99.", Note{Links: []Link{
			{LinkPull, "https://gitlab.com/o/r/-/merge_requests/3", "o/r#3"}, {LinkHydra, "https://hydra.nixos.org/build/99", "99"}}}},
		{"Added: 2025-13-40", Note{}},
		{"without tests", Note{Reason: "without tests"}},
		{"TODO: remove when", Note{Reason: "remove when"}},
	} {
		if got := ReadNote(c.comment); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q\n got %+v\nwant %+v", c.comment, got, c.want)
		}
	}
}

func TestNoteOfKeys(t *testing.T) {
	n := noteOf("https://hydra.nixos.org/job/a/b/c\nolder words, until 2026", fleet.Hotfix{Reason: "r", Hydra: "https://hydra.nixos.org/job/a/b/c"})
	if n.Reason != "r" || n.RemoveWhen != "2026" || len(n.Links) != 1 {
		t.Errorf("%+v", n)
	}
	if n := noteOf("", fleet.Hotfix{}); n != nil {
		t.Errorf("a note of nothing: %+v", n)
	}
}

func FuzzReadNote(f *testing.F) {
	f.Add("# https://hydra.nixos.org/job/nixpkgs/trunk/a.x86_64-linux\n# TODO: Remove when green\n# Added: 2025-10-13")
	f.Add("/* drop once #12345 lands; until 2026-01-01 */")
	f.Add("Symptom: x\n\n see https://github.com/a/b/pull/1)")
	f.Fuzz(func(t *testing.T, comment string) {
		n := ReadNote(comment)
		for _, s := range []string{n.Reason, n.RemoveWhen, n.Added} {
			if !utf8.ValidString(s) || strings.Contains(s, "\n") || s != strings.TrimSpace(s) {
				t.Errorf("%q", s)
			}
		}
		if n.Added != "" {
			if _, err := time.Parse(time.DateOnly, n.Added); err != nil || !strings.Contains(comment, n.Added) {
				t.Errorf("added %q: %v", n.Added, err)
			}
		}
		for _, l := range n.Links {
			if l.Kind == "" || l.URL == "" && l.Ref == "" {
				t.Errorf("%+v", l)
			}
			if utf8.ValidString(comment) && !strings.Contains(comment, l.URL) {
				t.Errorf("%q is not in the comment", l.URL)
			}
		}
	})
}
