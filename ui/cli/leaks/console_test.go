package leaks

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// screens is the console in a terminal, with somebody at its keys. All that it
// writes to the terminal is kept in a file beside what the witnesses saw, and
// what can be seen of it among what commands print.
type screens struct {
	*world
	socket, last string
}

// tmux runs a command of tmux. Secrets come from the input: its arguments can be
// seen by everybody.
func (s *screens) tmux(input string, args ...string) string {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "tmux", append([]string{"-S", s.socket, "-f", "/dev/null"}, args...)...)
	cmd.Env, cmd.Stdin = s.env[:len(s.env)-1], strings.NewReader(input) // without the operator's key
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (s *screens) press(keys ...string) {
	s.t.Helper()
	s.tmux("", append([]string{"send-keys"}, keys...)...)
}

// enter types a secret, which is not shown, and enters it.
func (s *screens) enter(secret string) {
	s.t.Helper()
	s.tmux(secret, "load-buffer", "-")
	s.tmux("", "paste-buffer", "-d", "-r")
	s.see("> ***")
	s.press("Enter")
}

// see waits for texts on the screen.
func (s *screens) see(texts ...string) {
	s.t.Helper()
	for until := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) { // between two looks
		now := s.tmux("", "capture-pane", "-p", "-J")
		if now != s.last {
			s.last, s.said = now, append(s.said, said{"the console", []byte(now), ""})
		}
		missing := ""
		for _, text := range texts {
			if !strings.Contains(now, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(until) {
			s.t.Fatalf("the console does not show %q:\n%s", missing, now)
		}
	}
}

// console works with secrets on the screen: in the console of the demo it looks
// at them, has the missing ones made, and answers what is asked for that.
func (w *world) console() {
	w.t.Helper()
	which(w.t, "tmux")
	w.must(os.RemoveAll(filepath.Join(w.fleet, "vars/per-machine/cinnabar/asked")))
	w.must(os.Remove(filepath.Join(w.fleet, "vars/per-machine/cinnabar/tunnel/key/machines/cinnabar")))
	start := filepath.Join(w.home, "bin/start")
	w.write(start, "#!/bin/sh\nSOPS_AGE_KEY=$(grep ^AGE "+w.operator+") "+w.program+" demo --hosts 2\necho ended with $?\nexec cat\n", 0o700)
	s := &screens{world: w, socket: filepath.Join(w.home, "tmp/s")}
	s.tmux("", "new-session", "-d", "-x", "120", "-y", "40", start)
	w.t.Cleanup(func() { _ = exec.Command("tmux", "-S", s.socket, "kill-server").Run() }) // it may have ended
	s.tmux("", "pipe-pane", "cat >>"+w.home+"/seen/console")
	s.see("cinnabar", "current")

	s.press("7")
	s.see("missing", "drifted", "asked/word")
	s.press("Y", "y", "m")
	s.see("Generate what is missing", "Cancel")
	s.press("Tab", "Enter")
	word, line, text := w.fresh("a word that the console asks for"), w.fresh("a line that the console asks for"), w.fresh("a text that the console asks for")
	for _, q := range []struct{ question, answer string }{{"a line", line}, {"a text", text}, {"again: a text", text}, {"a word", word}, {"again: a word", word}} {
		s.see("│ " + q.question + " ")
		s.enter(q.answer)
	}
	s.see("generator done")
	w.learn()
	s.press("f")
	s.see("Fix drifted secrets", "Cancel")
	s.press("Tab", "Enter")
	s.see("secret written anew")

	s.press("/")
	s.press("-l", "asked/word")
	s.press("Enter")
	s.see("can read")
	s.press("Enter") // where it is declared
	s.see("canaries.nix", "a word")
	s.press("p") // to the pager, and back
	s.press("e")
	s.press("6")
	s.see("checks")
	s.press("5")
	s.see("runs", "switch")
	s.press("!")
	s.see("Messages", "written anew")
	s.press("Escape")
	s.press("1")
	s.see("cinnabar")
	s.press("q")
	s.see("ended with 0")
}
