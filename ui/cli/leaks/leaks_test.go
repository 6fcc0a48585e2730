// Package leaks has the program handle secrets with every command that it has,
// and then looks for them wherever they could have got to: what was printed and
// drawn, arguments and environments, open files, temporary ones, the state and
// the cache, hosts, and the fleet's directory with all that git has of it.
// There are only tests.
package leaks

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"assay/secrets/canary"
)

// TestLeaks is all of it. A command for which there is no trial fails it.
func TestLeaks(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("not run: there is no /proc")
	}
	w := newWorld(t)
	stop := canary.Watch(w.home, func(s canary.Sight) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.sights = append(w.sights, s)
	})
	trials := w.trials()
	w.everyCommand(trials)
	for _, tr := range trials {
		w.run(tr)
	}
	w.console()
	looks := stop()
	secrets := w.learn()
	w.judge()
	files, size := w.places()
	t.Logf("%d secrets in files; %d commands; %d looks at processes, %d sights; %d files, %d bytes in git", secrets, len(w.said), looks, len(w.sights), files, size)
}

// everyCommand fails the test where the program has a command of which there is
// no trial, and asks the program which there are.
func (w *world) everyCommand(trials []trial) {
	w.t.Helper()
	tried := func(path []string) bool {
		return slices.ContainsFunc(trials, func(tr trial) bool {
			return len(path) == 1 && path[0] == "demo" && tr.demo || len(tr.args) >= len(path) && slices.Equal(tr.args[:len(path)], path)
		})
	}
	n := 0
	var walk func(path []string)
	walk = func(path []string) {
		if n++; !tried(path) {
			w.t.Errorf("assay %s: there is no trial of it in trials_test.go", strings.Join(path, " "))
		}
		if len(path) > 0 && path[0] == "help" {
			return
		}
		for _, sub := range w.below(path) {
			walk(append(path[:len(path):len(path)], sub))
		}
	}
	walk(nil)
	if n < 40 {
		w.t.Errorf("only %d commands were found", n)
	}
}

// below are the commands below a command: what the shell is offered behind it
// that has a help of its own.
func (w *world) below(path []string) (names []string) {
	w.t.Helper()
	ask := func(args ...string) string {
		cmd := exec.CommandContext(w.t.Context(), w.program, args...)
		cmd.Dir, cmd.Env = filepath.Join(w.home, "tmp"), w.env[:6] // where no fleet is
		out, _ := cmd.Output()
		return string(out)
	}
	for line := range strings.Lines(ask(slices.Concat([]string{"__complete"}, path, []string{""})...)) {
		name, _, described := strings.Cut(line, "\t")
		whole := append(path[:len(path):len(path)], name)
		if described && strings.Contains(ask(append(whole, "--help")...), "\n  assay "+strings.Join(whole, " ")) {
			names = append(names, name)
		}
	}
	return names
}

// judge looks at what was printed and seen, now that all secrets are known.
func (w *world) judge() {
	w.t.Helper()
	for _, s := range w.said {
		switch found := w.known.Find(s.text); {
		case s.prints == "" && len(found) > 0:
			w.t.Errorf("assay %s prints %v", w.hide(s.command), found)
		case s.prints != "" && len(found) == 0:
			w.t.Errorf("assay %s does not print a secret that is known, though %s", s.command, s.prints)
		}
	}
	exported, edited, told := false, false, map[string]bool{}
	for _, s := range w.sights {
		if s.Kind == canary.Open && strings.HasPrefix(s.File, w.home+"/seen/") {
			continue // places looks at it
		}
		for _, f := range w.known.Find(s.Text) {
			switch {
			// What the operator has told the program in this way, and nobody else.
			case s.Program == w.program && s.Kind != canary.Open && (f.Secret == operatorKey || f.Secret == mistaken):
				exported = exported || f.Secret == operatorKey
			case filepath.Base(s.Program) == "echo" && s.Kind != canary.Open && f.Secret == mistaken: // the operator's SOPS_AGE_KEY_CMD
			case s.Kind == canary.Open && s.File == w.operator: // where it belongs
			case s.Kind == canary.Open && strings.HasPrefix(s.File, inMemory): // while it is edited
				edited = true
			case s.Kind == canary.Open && s.File == w.home+"/typed": // by the editor here
			default:
				if shown := fmt.Sprint(filepath.Base(s.Program), s.Kind, f); !told[shown] {
					told[shown] = true
					w.t.Errorf("%s: %v", w.hide(s.String()), f)
				}
			}
		}
	}
	if !exported {
		w.t.Error("the operator's key was not seen where it was exported to: nothing can have been seen")
	}
	w.t.Logf("a text was seen while it was edited: %t", edited)
}

// inMemory begins the names of directories that a text is edited in.
const inMemory = "/dev/shm/assay-edit-"

// hide is a text without the secret that an operator put into it by mistake.
func (w *world) hide(text string) string {
	if len(w.known.Find([]byte(text))) > 0 {
		return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r > 'Z' || r < 'A' && r != ' ' }), "?")
	}
	return text
}

// places looks at everything that is left on disk. In no host's directory and
// in no cache is there any secret; the one file that may have one is the demo's
// keys.txt, as everybody's.
func (w *world) places() (files, size int) {
	w.t.Helper()
	journals := 0
	look := func(name string, text []byte) {
		if found := w.known.Find(text); len(found) > 0 && name != w.operator {
			w.t.Errorf("%s has %v", strings.TrimPrefix(name, w.home+"/"), found)
		}
		if filepath.Base(name) == "events.jsonl" && bytes.Contains(text, []byte("cinnabar")) {
			journals++
		}
	}
	files, err := canary.Walk(w.home, look)
	w.must(err)
	size, err = canary.Repository(w.t.Context(), w.fleet, look)
	w.must(err)
	edits, _ := filepath.Glob(inMemory + "*")
	for _, dir := range edits {
		_, _ = canary.Walk(dir, look) // another test's may go meanwhile
	}
	if files < 300 || size < 100_000 || journals < 3 {
		w.t.Errorf("only %d files, %d journals and %d bytes of git's were there to look at", files, journals, size)
	}
	return files, size
}
