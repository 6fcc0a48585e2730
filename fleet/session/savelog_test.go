package session

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/fleet/run/plan"
)

// recorded is a session with the record of a run in which these bodies were
// emitted.
func recorded(t *testing.T, bodies ...event.Body) (s *Session, id journal.ID) {
	t.Helper()
	at := time.Date(2026, 11, 22, 12, 50, 7, 250e6, time.UTC)
	dir := t.TempDir()
	id = journal.NewID(at)
	j, err := journal.Create(dir, id, plan.New(plan.Input{Fleet: "minerals", Goal: engine.GoalSwitch, Engine: "fake", At: at}))
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range bodies {
		j.Emit(event.Event{Seq: int64(i + 1), Time: at.Add(time.Duration(i) * time.Second), Run: string(id), Body: b})
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return &Session{opts: Options{StateDir: dir}}, id
}

func story() []event.Body {
	return []event.Body{
		event.RunStarted{Machines: []string{"a", "cinnabar"}},
		event.Log{Machine: "cinnabar", Stream: "activate", Text: "one \x1b[31mred\x1b[0m\nstill one"},
		event.HostPhase{Machine: "a", Phase: event.Connecting},
		event.Log{Machine: "a", Stream: "activate", Text: "\u202eevil"},
		event.Log{Machine: "cinnabar", Stream: "return", Text: ""},
		event.HostResult{Machine: "a", Outcome: event.Updated},
		event.RunFinished{Outcome: event.RunDone},
	}
}

func TestSaveLog(t *testing.T) {
	s, id := recorded(t, story()...)
	for machine, want := range map[string]string{
		"": "2026-11-22T12:50:08.250Z  cinnabar  one red still one\n" +
			"2026-11-22T12:50:10.250Z  a         evil\n" +
			"2026-11-22T12:50:11.250Z  cinnabar  \n",
		"a": "2026-11-22T12:50:10.250Z  evil\n",
	} {
		for range 2 { // the second one replaces the first
			path, err := s.SaveLog(t.Context(), string(id), machine)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil || string(got) != want {
				t.Errorf("%s: %v\ngot  %q\nwant %q", path, err, got, want)
			}
			if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 || !strings.HasPrefix(path, filepath.Join(s.opts.StateDir, "runs", string(id))) {
				t.Errorf("%s: %v, %v", path, st, err)
			}
		}
	}
}

func TestSaveLogTellsBrokenLines(t *testing.T) {
	s, id := recorded(t, story()...)
	events := filepath.Join(s.opts.StateDir, "runs", string(id), "events.jsonl")
	text, err := os.ReadFile(events)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(text), `"type":"log","machine":"a"`, `"type":"log","machine":"a`, 1)
	if err := os.WriteFile(events, []byte(broken), 0o600); err != nil || broken == string(text) {
		t.Fatal(err)
	}
	path, err := s.SaveLog(t.Context(), "last", "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	lines := strings.Split(string(got), "\n")
	if err != nil || len(lines) != 4 || !strings.HasPrefix(lines[1], "assay: run ") || !strings.Contains(lines[1], "events.jsonl:4") {
		t.Errorf("%v: %q", err, lines)
	}
}

func TestSaveLogRefuses(t *testing.T) {
	s, id := recorded(t, story()...)
	if _, err := s.SaveLog(t.Context(), "20200101T000000.000Z-000000", ""); !errors.Is(err, journal.ErrNoRun) {
		t.Errorf("no such run: %v", err)
	}
	for _, machine := range []string{"stibnite", "../../escape", strings.Repeat("x/", 5000)} {
		if _, err := s.SaveLog(t.Context(), string(id), machine); !errors.Is(err, ErrNoLog) {
			t.Errorf("%.20s: %v", machine, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	cancel(enough)
	if _, err := s.SaveLog(ctx, string(id), ""); !errors.Is(err, enough) {
		t.Errorf("after the end: %v", err)
	}
	left, err := fs.Glob(os.DirFS(filepath.Join(s.opts.StateDir, "runs", string(id))), "*log*")
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	empty, id := recorded(t, event.RunStarted{})
	if _, err := empty.SaveLog(t.Context(), string(id), ""); !errors.Is(err, ErrNoLog) {
		t.Errorf("nothing was printed: %v", err)
	}
	if _, err := (&Session{}).SaveLog(t.Context(), "last", ""); !errors.Is(err, journal.ErrNoRun) {
		t.Errorf("without a state directory: %v", err)
	}
}

// TestSavedNamesStayInTheDirectory uses names that no fleet has, but that a
// record may.
func TestSavedNamesStayInTheDirectory(t *testing.T) {
	names := []string{"../../escape", "..", strings.Repeat("ü", 100)}
	bodies := []event.Body{event.RunStarted{Machines: names}}
	for _, n := range names {
		bodies = append(bodies, event.Log{Machine: n, Text: "x"})
	}
	s, id := recorded(t, bodies...)
	for _, n := range names {
		path, err := s.SaveLog(t.Context(), string(id), n)
		if err != nil || filepath.Dir(path) != filepath.Join(s.opts.StateDir, "runs", string(id)) {
			t.Errorf("%q went to %s: %v", n, path, err)
		}
	}
}
