package cli

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestOutputThatFails: an answer that cannot be written is a failure, in text
// and in JSON; a reader that went away is none.
func TestOutputThatFails(t *testing.T) {
	example, err := os.ReadFile("../../fleet.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		err  error
		code int
	}{{syscall.ENOSPC, exitFailed}, {syscall.EPIPE, exitDone}} {
		for _, args := range [][]string{{"machines"}, {"version"}} {
			var stderr strings.Builder
			env := Env{
				Stdin: strings.NewReader(""), Stderr: &stderr, Getenv: func(string) string { return t.TempDir() },
				Stdout: writerFunc(func([]byte) (int, error) { return 0, test.err }),
			}
			code := Main(append([]string{"-C", "../.."}, args...), env, example)
			if said := strings.Contains(stderr.String(), test.err.Error()); code != test.code || said != (code != exitDone) {
				t.Errorf("%v with %v: exit %d, want %d\n%s", args, test.err, code, test.code, &stderr)
			}
		}
	}
}

// TestRunOutlivesItsReader: an update whose output nobody reads any more is
// carried out and recorded nevertheless.
func TestRunOutlivesItsReader(t *testing.T) {
	s := newShell(t)
	example, err := os.ReadFile("../../fleet.toml")
	if err != nil {
		t.Fatal(err)
	}
	env := Env{
		Stdin: strings.NewReader(""), Stderr: io.Discard,
		Getenv: func(name string) string { return map[string]string{"HOME": s.state, "XDG_STATE_HOME": s.state}[name] },
		Stdout: writerFunc(func([]byte) (int, error) { return 0, errors.New("nobody reads this") }),
	}
	if code := Main([]string{"demo", "--", "update", "cinnabar", "--yes", "--json"}, env, example); code != exitFailed {
		t.Errorf("exit %d, want %d", code, exitFailed)
	}
	s.demo("logs", "last").want(t, exitDone, "1 updated")
}
