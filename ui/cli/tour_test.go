package cli

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var tourUpdate = flag.Bool("tour-update", false, "write the screens of the tour anew")

// passing is what differs from one run to the next: times, ages, ids.
var passing = []struct {
	what *regexp.Regexp
	is   string
}{
	{regexp.MustCompile(`20\d{6}T[\d.]+Z-[0-9a-f]{6}`), "RUN"},
	{regexp.MustCompile(`20\d\d-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?`), "DATE"},
	{regexp.MustCompile(`\b[A-Z][a-z][a-z] [ \d]\d \d\d:\d\d\b`), "DATE"},
	{regexp.MustCompile(`\b\d\d:\d\d:\d\d\b`), "TIME"},
	{regexp.MustCompile(`\b\d+(\.\d+)?(ms|s|m|h|d)(\d\ds)?\b`), "AGE"},
	{regexp.MustCompile(`\bDATE \(AGE ago\)`), "DATE"},
	{regexp.MustCompile(`\b[0-9a-f]{12}\b`), "ID"}, // of a plan
	{regexp.MustCompile(`\brun [0-9a-f]{6}\b`), "run ID"},
	{regexp.MustCompile(`Linux \S+`), "Linux"},
	{regexp.MustCompile(`[ ─]{2,}`), " "}, // what is aligned moves with their widths
}

// lasting is the part of a screen that every run has.
func lasting(screen string) string {
	for _, p := range passing {
		screen = p.what.ReplaceAllString(screen, p.is)
	}
	return screen
}

// golden waits until the screen is that of a golden file, apart from what is
// passing. With -tour-update it waits for the texts and until nothing changes
// any more, and writes the file.
func (s *terminal) golden(name string, texts ...string) {
	s.t.Helper()
	path := filepath.Join("testdata", "tour", name+"."+s.name+".txt")
	if *tourUpdate {
		s.see(texts...)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(s.settled()), 0o644); err != nil {
			s.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	var last string
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if last = s.screen(); lasting(last) == lasting(string(want)) {
			return
		}
	}
	s.t.Fatalf("%s differs; go test ./ui/cli -run %s -tour-update writes it anew\n%s", path, s.t.Name(), differing(last, string(want)))
}

// differing are the lines of two screens that differ, apart from what passes.
func differing(got, want string) string {
	var b strings.Builder
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if lasting(g[i]) != lasting(w[i]) {
			fmt.Fprintf(&b, "line %d\n  is   %s\n  want %s\n", i+1, g[i], w[i])
		}
	}
	return b.String()
}

// settled is the screen when it has been the same for a while.
func (s *terminal) settled() string { return s.still(700 * time.Millisecond) }

// drawn is the screen when no more of it seems to come: what is seen first may be
// a part of what the console has drawn.
func (s *terminal) drawn() string { return s.still(150 * time.Millisecond) }

func (s *terminal) still(long time.Duration) string {
	last, since := s.screen(), time.Now()
	for time.Since(since) < long {
		time.Sleep(50 * time.Millisecond)
		if now := s.screen(); lasting(now) != lasting(last) {
			last, since = now, time.Now()
		}
	}
	return last
}

// program builds the program once for a test.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "assay")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "assay").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}
