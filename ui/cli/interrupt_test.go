package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
)

// interrupting is an Env whose user presses ctrl-c as soon as somebody
// listens for the nth time.
func interrupting(state string, n int) (env Env, stderr *bytes.Buffer) {
	stderr = new(bytes.Buffer)
	silence, _ := io.Pipe() // nobody types anything
	listens := 0
	return Env{
		Stdin: silence, Stdout: io.Discard, Stderr: stderr, Interactive: true,
		Getenv: func(name string) string { return map[string]string{"HOME": state, "XDG_STATE_HOME": state}[name] },
		Interrupts: func() (<-chan os.Signal, func()) {
			presses := make(chan os.Signal, 1)
			if listens++; listens == n {
				presses <- os.Interrupt
			}
			return presses, func() {}
		},
	}, stderr
}

// TestInterruptBeforeRun: ctrl-c while the demo starts, while hosts are asked,
// and at the question ends with nothing changed.
func TestInterruptBeforeRun(t *testing.T) {
	s := newShell(t)
	s.demo("status", "cinnabar").want(t, exitDone)
	example, err := os.ReadFile("../../fleet.toml")
	if err != nil {
		t.Fatal(err)
	}
	for n, what := range []string{"the demo starts", "machines are selected", "the plan is made", "the question"} {
		env, stderr := interrupting(s.state, n+1)
		if code := Main([]string{"demo", "--", "update", "cinnabar"}, env, example); code != exitDeclined {
			t.Errorf("ctrl-c while %s: exit %d, want %d\n%s", what, code, exitDeclined, stderr)
		}
	}
	s.demo("runs").want(t, exitDone, "no runs yet")
}

// TestInterruptRun: the first ctrl-c stops the run, the second cancels it, the
// third is nobody's.
func TestInterruptRun(t *testing.T) {
	var stderr bytes.Buffer
	a := &app{env: Env{Stderr: &stderr, Getenv: func(string) string { return "" }}}
	presses := make(chan os.Signal, 3)
	for range cap(presses) {
		presses <- os.Interrupt
	}
	ctx, cancel := context.WithCancel(t.Context())
	stop := make(chan struct{})
	a.watchInterrupts(presses, stop, cancel, make(chan struct{}))
	<-stop
	if ctx.Err() == nil || len(presses) != 1 || !strings.Contains(stderr.String(), "once more") {
		t.Errorf("after two: %v, %d left\n%s", ctx.Err(), len(presses), &stderr)
	}
}

// TestInterruptWhileHostsWork: one ctrl-c while the first of several hosts is
// worked on finishes that one, skips the others and says so.
func TestInterruptWhileHostsWork(t *testing.T) {
	s := newShell(t)
	example, err := os.ReadFile("../../fleet.toml")
	if err != nil {
		t.Fatal(err)
	}
	presses := make(chan os.Signal)
	var out bytes.Buffer
	env, _ := interrupting(s.state, 0)
	env.Stdout = writerFunc(func(p []byte) (int, error) {
		if strings.Contains(string(p), " connecting") && !strings.Contains(out.String(), " connecting") {
			presses <- os.Interrupt
		}
		return out.Write(p)
	})
	env.Interrupts = func() (<-chan os.Signal, func()) { return presses, func() {} }
	args := []string{"demo", "--", "update", "not scheelite", "--yes", "--parallel", "1"}
	if code := Main(args, env, example); code != exitDeclined {
		t.Fatalf("exit %d, want %d\n%s", code, exitDeclined, &out)
	}
	if text := out.String(); !strings.Contains(text, "skipped") || !strings.Contains(text, "interrupted: asked to stop") {
		t.Errorf("does not say what was skipped:\n%s", text)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
