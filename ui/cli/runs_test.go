package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunsThatWereCutShort: a run whose process ended before the first event
// has no times, and a record with a broken line is read on and reported.
func TestRunsThatWereCutShort(t *testing.T) {
	s := newShell(t)
	s.demo("update", "cinnabar", "--goal", "dry-activate", "--yes").want(t, exitDone)
	runs := filepath.Join(s.state, "assay", "demo", "8-hosts", "runs")
	const early, broken = "20200101T000000.000Z-0000aa", "20200102T000000.000Z-0000bb"
	for id, text := range map[string]string{
		early:  "",
		broken: "{\"v\":1,\"seq\":1,\"time\":\"2020-01-02T00:00:00Z\",\"run\":\"" + broken + "\",\"type\":\"run_finished\",\"outcome\":\"done\"}\nnot an event\n",
	} {
		dir := filepath.Join(runs, id)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "events.jsonl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := s.demo("runs").want(t, exitDone, early, "unknown")
	if strings.Contains(c.stdout, "0001") {
		t.Errorf("a time that nobody recorded:\n%s", c.stdout)
	}
	list := decode[struct {
		Runs []runJSON `json:"runs"`
	}](t, s.demo("runs", "--json").want(t, exitDone)).Runs
	if len(list) != 3 || list[2].ID != early || list[2].Start != "" || list[2].End != "" {
		t.Errorf("runs: %+v", list)
	}
	s.demo("logs", early).want(t, exitDone, "interrupted")
	s.demo("logs", broken).want(t, exitFailed, "events.jsonl:2")
}
