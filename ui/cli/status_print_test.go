package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"assay/fleet"
	"assay/fleet/session"
)

// shownAt is the status table on a terminal of so many columns.
func shownAt(width int, list ...session.Status) string {
	var out bytes.Buffer
	a := &app{env: Env{Stdout: &out, Getenv: func(name string) string {
		if name == "COLUMNS" && width > 0 {
			return map[int]string{80: "80", 160: "160"}[width]
		}
		return ""
	}}}
	a.printStatus(list)
	return out.String()
}

// status is what a host that answered is.
func status(name string, state session.State, change func(*session.Status)) session.Status {
	st := session.Status{
		Machine: &fleet.Machine{Name: name, Class: fleet.NixOS}, State: state, Wanted: systemPath("b"),
		Facts: fleet.Facts{Reach: fleet.Reachable, Running: systemPath("a"), Booted: systemPath("a"), Profile: systemPath("a"), Generation: 12,
			Revision: strings.Repeat("1a2b", 10) + "-dirty"},
	}
	if change != nil {
		change(&st)
	}
	return st
}

func TestStatusFits(t *testing.T) {
	behind := func(st *session.Status) {
		st.Behind = &session.Behind{Revision: strings.Repeat("1a2b", 10), Commits: 3, Files: fleet.True}
		st.Facts.Units = &fleet.Units{Failed: 2, Names: []string{"a.service", "b.service"}}
	}
	full := func(st *session.Status) { st.Facts.Store = fleet.Space{Free: 1, Total: 100} }
	list := []session.Status{
		status("argentum", session.StateUnreachable, nil), status("cinnabar", session.StateBehind, behind), status("galena", session.StateBehind, full),
	}
	for _, width := range []int{80, 160} {
		text := shownAt(width, list...)
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(line) - 1; n > width {
				t.Errorf("%d columns: a line of %d: %s", width, n, line)
			}
		}
		head, _, _ := strings.Cut(text, "\n")
		if strings.Contains(head, "REMARK") != (width == 160) {
			t.Errorf("%d columns: %s", width, head)
		}
		for _, want := range []string{"1a2b1a2-dirty", "perhaps only the revision differs", "2 units failed"} {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
				t.Errorf("%d columns: without %q:\n%s", width, want, text)
			}
		}
	}
}

// TestRevision: of a commit as much as tells it apart, of anything else all.
func TestRevision(t *testing.T) {
	commit := strings.Repeat("1a2b", 10)
	for text, want := range map[string]string{"": "", commit: "1a2b1a2", commit + "-dirty": "1a2b1a2-dirty", strings.Repeat("cd", 32): "cdcdcdc", "release-24": "release-24"} {
		if got := revision(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestErrorsBelowTheTable: what is wrong with machines that do not answer
// either is said once, below, with their names.
func TestErrorsBelowTheTable(t *testing.T) {
	lost := func(st *session.Status) {
		st.Facts = fleet.Facts{Reach: fleet.Unreachable, Cause: "timeout"}
		st.Wanted, st.WantedErr = "", errors.New("common.nix:3: undefined variable 'x'")
	}
	text := shownAt(160, status("anvil", session.StateUnreachable, lost), status("drill", session.StateUnreachable, lost))
	if !strings.Contains(text, "\nerror anvil, drill: common.nix:3: undefined variable 'x'\n2 machines: 2 unreachable\n") || strings.Count(text, "undefined") != 1 {
		t.Error(text)
	}
}

// TestArmedIsTold: a host that still goes back by itself is told in its row,
// also beside what is wrong with it, and below all.
func TestArmedIsTold(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.Local)
	armed := func(st *session.Status) { st.Facts.Guard = &fleet.Guard{State: "armed", Until: at} }
	for _, change := range []func(*session.Status){
		func(*session.Status) {},
		func(st *session.Status) { st.Facts.Damaged = "a link leads nowhere" },
		func(st *session.Status) { st.WantedErr = errors.New("undefined") },
	} {
		text := shownAt(160, status("anvil", session.StateCurrent, func(st *session.Status) { armed(st); change(st) }))
		if !strings.Contains(text, "goes back at 12:00:00 unless the change is confirmed") || !strings.Contains(text, "; 1 goes back by itself unless its change is confirmed\n") {
			t.Error(text)
		}
	}
	got := statusesToJSON([]session.Status{status("anvil", session.StateCurrent, armed)})[0].Guard
	if got.Until != at.UTC().Format(time.RFC3339) || got.At != "" {
		t.Errorf("%+v", got)
	}
}
