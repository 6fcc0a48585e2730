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

// terminal is the real program in a real terminal: tmux.
type terminal struct {
	t      *testing.T
	socket string
	name   string // of the golden files
}

// staying is a command line after whose end the terminal stays open: of a
// terminal that its last process closes, tmux may lose what was printed last.
func staying(command ...string) []string {
	return append([]string{"sh", "-c", `"$@"; echo "ended with $?"; exec cat`, "sh"}, command...)
}

// openTerminal starts a command line in a terminal of w x h.
func openTerminal(t *testing.T, w, h int, env []string, command ...string) *terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("not run: tmux is not installed")
	}
	dir := t.TempDir()
	term := &terminal{t: t, socket: filepath.Join(dir, "s"), name: fmt.Sprintf("%dx%d", w, h)}
	conf := filepath.Join(dir, "tmux.conf")
	settings := "set -g status off\nset -sg escape-time 0\nset -g default-terminal tmux-256color\nset -g history-limit 0\n"
	if err := os.WriteFile(conf, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-S", term.socket, "-f", conf, "new-session", "-d", "-x", fmt.Sprint(w), "-y", fmt.Sprint(h)}
	for _, e := range env {
		args = append(args, "-e", e)
	}
	out, err := exec.CommandContext(t.Context(), "tmux", append(args, command...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	t.Cleanup(func() { exec.Command("tmux", "-S", term.socket, "kill-server").Run() })
	return term
}

func (s *terminal) tmux(args ...string) string {
	s.t.Helper()
	out, err := exec.CommandContext(s.t.Context(), "tmux", append([]string{"-S", s.socket}, args...)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// press sends keys by tmux's names of them: "Enter", "Space", "C-c", "j".
func (s *terminal) press(keys ...string) {
	s.t.Helper()
	s.tmux(append([]string{"send-keys"}, keys...)...)
}

// back presses escape and waits until a text is gone: a key that follows an
// escape at once is another key.
func (s *terminal) back(gone string) {
	s.t.Helper()
	s.press("Escape")
	s.await(gone+" to go", func(screen string) bool { return !strings.Contains(screen, gone) })
}

// typed sends a text as it is.
func (s *terminal) typed(text string) {
	s.t.Helper()
	s.tmux("send-keys", "-l", text)
}

// screen is what can be seen now.
func (s *terminal) screen() string {
	s.t.Helper()
	lines := strings.Split(strings.TrimSuffix(s.tmux("capture-pane", "-p"), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// patience is how long a screen is waited for.
const patience = 60 * time.Second

// await looks until the screen is as wanted, and fails the test if it never
// is.
func (s *terminal) await(what string, wanted func(screen string) bool) string {
	s.t.Helper()
	for until := time.Now().Add(patience); ; {
		got := s.screen()
		if wanted(got) {
			return got
		}
		if time.Now().After(until) {
			s.t.Fatalf("%s: %s was not seen in %v; the screen is\n%s", s.name, what, patience, got)
		}
		time.Sleep(20 * time.Millisecond) // between two looks, not for anything to happen
	}
}

// see waits for a text on the screen.
func (s *terminal) see(texts ...string) string {
	s.t.Helper()
	return s.await(fmt.Sprintf("%q", texts), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

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
func (s *terminal) settled() string {
	last, since := s.screen(), time.Now()
	for time.Since(since) < 700*time.Millisecond {
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
