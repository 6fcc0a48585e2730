package runner

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func sh(script string) Command {
	return Command{Program: "sh", Args: []string{"-c", script}}
}

func TestRunGivesStreamsAndEnvironment(t *testing.T) {
	var out, errs bytes.Buffer
	r := New(Options{Env: []string{"A=runner", "B=runner"}})
	c := sh(`cat; echo "$A $B"; pwd; echo one >&2; printf two >&2`)
	c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr = "/", []string{"B=command"}, strings.NewReader("in\n"), &out, &errs
	var used Usage
	c.Used = &used
	if err := r.Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if used.Memory < 1<<16 {
		t.Errorf("used %d bytes", used.Memory)
	}
	if out.String() != "in\nrunner command\n/\n" || errs.String() != "one\ntwo" {
		t.Errorf("stdout %q, stderr %q", out.String(), errs.String())
	}
}

func TestExitErrorHasLastLines(t *testing.T) {
	r := New(Options{Redact: func(s string) string { return strings.ReplaceAll(s, "hunter2", "***") }})
	var errs bytes.Buffer
	c := sh(`i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo "line $i" >&2; done; echo '@nix {"action":"stop"}' >&2; printf 'pass\033[31mword hunter2\n' >&2; exit 7`)
	c.Stderr = &errs
	err := r.Run(t.Context(), c)
	exit, ok := errors.AsType[*ExitError](err)
	if !ok || exit.Code != 7 || exit.Killed() {
		t.Fatalf("got %#v", err)
	}
	if want := "sh: exit status 7: password ***"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if len(exit.Lines) != linesKept || exit.Lines[0] != "line 12" {
		t.Errorf("kept %d lines from %q", len(exit.Lines), exit.Lines[0])
	}
	if strings.Contains(errs.String(), "hunter2") || !strings.Contains(errs.String(), "@nix") {
		t.Error("stderr is not redacted, or not whole")
	}
}

// TestWhatIsLeftBehindIsNoError starts a program that holds the streams and
// has left the session.
func TestWhatIsLeftBehindIsNoError(t *testing.T) {
	var pid bytes.Buffer
	c := sh(`setsid sleep 1000 & echo $!`)
	c.Stdout = &pid
	r := New(Options{})
	r.leave = time.Millisecond
	if err := r.Run(t.Context(), c); err != nil {
		t.Error(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(pid.String()))
	if err != nil {
		t.Fatal(err)
	}
	_ = syscall.Kill(n, syscall.SIGKILL)
}

// TestGitHooks: git tells the hooks of a repository which one that is.
func TestGitHooks(t *testing.T) {
	t.Setenv("GIT_DIR", "/elsewhere/.git")
	t.Setenv("GIT_INDEX_FILE", "/elsewhere/index")
	t.Setenv("GIT_SSH_COMMAND", "ssh -4")
	out, err := New(Options{}).Output(t.Context(), sh(`echo "$GIT_DIR$GIT_INDEX_FILE$GIT_SSH_COMMAND"`), 100)
	if err != nil || string(out) != "ssh -4\n" {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestSignalIsTold(t *testing.T) {
	err := New(Options{}).Run(t.Context(), sh(`kill -9 $$`))
	exit, ok := errors.AsType[*ExitError](err)
	if !ok || !exit.Killed() {
		t.Fatalf("got %v", err)
	}
}

func TestMissingProgram(t *testing.T) {
	err := New(Options{}).Run(t.Context(), Command{Program: "assay-has-no-such-program"})
	if _, ok := errors.AsType[*MissingError](err); !ok || !strings.Contains(err.Error(), "is not installed; hint: ") {
		t.Fatalf("got %v", err)
	}
}

func TestOutputIsBounded(t *testing.T) {
	r := New(Options{})
	if out, err := r.Output(t.Context(), sh("printf abcd"), 4); err != nil || string(out) != "abcd" {
		t.Errorf("got %q, %v", out, err)
	}
	if _, err := r.Output(t.Context(), sh("yes"), 1000); err == nil || !strings.Contains(err.Error(), "more than 1000 bytes") {
		t.Errorf("got %v", err)
	}
}

// TestCancelLeavesNoProcess ends a program that ignores SIGINT, and its child.
func TestCancelLeavesNoProcess(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	out, in := io.Pipe()
	done := make(chan error, 1)
	c := sh(`trap '' INT; sleep 1000 & echo $! $$; wait; sleep 1000`)
	c.Stdout = in
	go func() { done <- New(Options{Grace: 50 * time.Millisecond}).Run(ctx, c) }()
	var line []byte
	for one := make([]byte, 1); ; line = append(line, one[0]) {
		if _, err := out.Read(one); err != nil {
			t.Fatal(err)
		}
		if one[0] == '\n' {
			break
		}
	}
	cancel(reason)
	if err := <-done; !errors.Is(err, reason) {
		t.Errorf("got %v", err)
	}
	killed := time.Now()
	for pid := range strings.FieldsSeq(string(line)) {
		n, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		for alive(n) { // a process that was killed is there for a moment longer
			if t.Context().Err() != nil || time.Since(killed) > 10*time.Second {
				t.Fatalf("process %d is left", n)
			}
			time.Sleep(time.Millisecond)
		}
	}
}

// alive reports whether a process runs; one that has ended and waits for its
// parent does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}

func TestBinGoesBeforePath(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "nix"), []byte("#!/bin/sh\necho 'nix (Nix) 2.26.3'\necho >> "+dir+"/runs\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := New(Options{Bin: dir})
	for range 2 {
		if v, err := r.Version(t.Context()); err != nil || v.String() != "2.26" {
			t.Fatalf("got %v, %v", v, err)
		}
	}
	if runs, _ := os.ReadFile(filepath.Join(dir, "runs")); len(runs) != 1 {
		t.Errorf("nix was asked %d times", len(runs))
	}
}
