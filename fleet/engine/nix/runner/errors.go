package runner

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"assay/fleet/host"
)

// ExitError says that a program ran and did not succeed.
type ExitError struct {
	Program string   // with its first argument: "nix build"
	Code    int      // exit code, -1 when a signal ended it
	Signal  string   // "killed" and the like, "" when it exited by itself
	Lines   []string // the last lines of its stderr, sanitised, bounded and redacted
}

func (e *ExitError) Error() string {
	how := fmt.Sprintf("exit status %d", e.Code)
	if e.Signal != "" {
		how = "ended by signal: " + e.Signal
	}
	if n := len(e.Lines); n > 0 {
		return e.Program + ": " + how + ": " + e.Lines[n-1]
	}
	return e.Program + ": " + how
}

// Killed reports whether SIGKILL ended the program, as the kernel does to
// what uses too much memory.
func (e *ExitError) Killed() bool {
	return e.Signal == syscall.SIGKILL.String() || e.Code == 128+int(syscall.SIGKILL)
}

// MissingError says that a program is not installed.
type MissingError struct {
	Program string
	Err     error
}

func (e *MissingError) Error() string {
	if strings.HasPrefix(e.Program, "nix") {
		return e.Program + " is not installed; hint: https://nixos.org/download"
	}
	return e.Program + " is not installed; hint: install it, or put it on PATH"
}

func (e *MissingError) Unwrap() error { return e.Err }

func newExitError(c Command, exit *exec.ExitError, lines []string) *ExitError {
	e := &ExitError{Program: name(c), Code: exit.ExitCode(), Lines: lines}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Signal = status.Signal().String()
	}
	return e
}

// name is the program with the subcommand: "nix build".
func name(c Command) string {
	if len(c.Args) > 0 && c.Args[0] != "" && c.Args[0][0] != '-' && strings.Trim(c.Args[0], "abcdefghijklmnopqrstuvwxyz-") == "" {
		return host.Sanitize(filepath.Base(c.Program) + " " + c.Args[0])
	}
	return host.Sanitize(filepath.Base(c.Program))
}
