package cli

import (
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"golang.org/x/term"
)

// Env is what the command line needs from the process that it runs in. Tests
// give their own.
type Env struct {
	Stdin       io.Reader
	Stdout      io.Writer
	Stderr      io.Writer
	Getenv      func(string) string
	Interactive bool // somebody can answer on a terminal
	// Interrupts delivers the user's ctrl-c presses.
	Interrupts <-chan os.Signal
}

// System returns the Env of this process.
func System() Env {
	interrupts := make(chan os.Signal, 2)
	signal.Notify(interrupts, os.Interrupt)
	return Env{
		Stdin:       os.Stdin,
		Stdout:      os.Stdout,
		Stderr:      os.Stderr,
		Getenv:      os.Getenv,
		Interactive: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		Interrupts:  interrupts,
	}
}

// stateDir is the directory for what assay keeps between runs.
func (e Env) stateDir() string {
	if dir := e.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "assay")
	}
	return filepath.Join(e.Getenv("HOME"), ".local", "state", "assay")
}
