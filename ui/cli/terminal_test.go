package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// terminal is the real program in a real terminal: tmux. It may be used by one
// goroutine at a time.
type terminal struct {
	t       *testing.T
	name    string // of the golden files
	in      io.Writer
	answers chan answered
	changed chan struct{} // the program has printed something
}

// answered is what tmux says to one command.
type answered struct {
	text   string
	failed bool
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
	socket, conf := filepath.Join(dir, "s"), filepath.Join(dir, "tmux.conf")
	settings := "set -g status off\nset -sg escape-time 0\nset -g default-terminal tmux-256color\nset -g history-limit 0\n"
	if err := os.WriteFile(conf, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-S", socket, "-f", conf, "new-session", "-d", "-x", fmt.Sprint(w), "-y", fmt.Sprint(h)}
	for _, e := range env {
		args = append(args, "-e", e)
	}
	out, err := exec.CommandContext(t.Context(), "tmux", append(args, command...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	t.Cleanup(func() { exec.Command("tmux", "-S", socket, "kill-server").Run() })
	s := &terminal{t: t, name: fmt.Sprintf("%dx%d", w, h), answers: make(chan answered, 1), changed: make(chan struct{}, 1)}
	s.attach(socket)
	return s
}

// attach lets tmux take commands and tell of changes on one connection, its
// control mode (tmux(1)): a process for each command and each look would cost
// more than what is tested.
func (s *terminal) attach(socket string) {
	s.t.Helper()
	cmd := exec.Command("tmux", "-S", socket, "-C", "attach-session", "-f", "ignore-size")
	in, err := cmd.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.in = in
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.listen(out)
	}()
	s.t.Cleanup(func() {
		in.Close()
		<-done
		cmd.Wait()
	})
	if a := <-s.answers; a.failed { // to the attaching
		s.t.Fatalf("tmux: %s", a.text)
	}
}

// listen takes what tmux says apart until it ends.
func (s *terminal) listen(from io.Reader) {
	defer close(s.answers)
	var text strings.Builder
	answer := false
	for lines := bufio.NewReader(from); ; {
		l, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		word, _, _ := strings.Cut(strings.TrimSuffix(l, "\n"), " ")
		switch {
		case !answer && word == "%begin":
			answer = true
			text.Reset()
		case answer && (word == "%end" || word == "%error"):
			answer = false
			s.answers <- answered{text.String(), word == "%error"}
		case answer:
			text.WriteString(l)
		default:
			select {
			case s.changed <- struct{}{}:
			default:
			}
		}
	}
}

// tmux gives tmux a command and returns what it says.
func (s *terminal) tmux(args ...string) string {
	s.t.Helper()
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = "'" + strings.ReplaceAll(a, "'", `'"'"'`) + "'"
	}
	if _, err := io.WriteString(s.in, strings.Join(words, " ")+"\n"); err != nil {
		s.t.Fatalf("tmux %v: %v", args, err)
	}
	a, ok := <-s.answers
	if !ok || a.failed {
		s.t.Fatalf("tmux %v: %s", args, a.text)
	}
	return a.text
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

// await looks, whenever something was printed, until the screen is as wanted,
// and fails the test if it never is.
func (s *terminal) await(what string, wanted func(screen string) bool) string {
	s.t.Helper()
	for until := time.After(patience); ; {
		got := s.screen()
		if wanted(got) {
			return got
		}
		select {
		case <-s.changed:
		case <-time.After(100 * time.Millisecond): // what is wanted may be none of the screen's
		case <-until:
			s.t.Fatalf("%s: %s was not seen in %v; the screen is\n%s", s.name, what, patience, got)
		}
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
