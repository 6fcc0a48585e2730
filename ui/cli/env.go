package cli

import (
	"cmp"
	"io"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

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
	// Interrupts begins to deliver the user's ctrl-c presses and returns what
	// ends that. While nobody listens, ctrl-c ends the process at once. A nil
	// Interrupts never delivers any.
	Interrupts func() (presses <-chan os.Signal, release func())
	// StepBack lets the programs that were started go before this process, for
	// good; nil does nothing.
	StepBack func()
}

// keysVariable holds the operator's age keys, where they are in no file.
const keysVariable = "SOPS_AGE_KEY"

// System returns the Env of this process. The operator's keys are taken out of
// the process's own environment, so that no program that it starts inherits
// them: not Nix, git and ssh, which may send it to a host, nor an editor.
func System() Env {
	keys := os.Getenv(keysVariable)
	_ = os.Unsetenv(keysVariable) // fails for names that are none
	return Env{
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Getenv: func(name string) string {
			if name == keysVariable {
				return keys
			}
			return os.Getenv(name)
		},
		Interactive: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		Interrupts:  interrupts,
		StepBack:    stepBack,
	}
}

// withKeys is the environment of a program that decrypts by itself.
func (e Env) withKeys() []string {
	if keys := e.Getenv(keysVariable); keys != "" {
		return append(os.Environ(), keysVariable+"="+keys)
	}
	return os.Environ()
}

// interrupts listens to ctrl-c and to the signals by which a supervisor or a
// closed terminal asks a process to end.
func interrupts() (presses <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}

// listen is Interrupts, also where there are none.
func (e Env) listen() (presses <-chan os.Signal, release func()) {
	if e.Interrupts == nil {
		return nil, func() {}
	}
	return e.Interrupts()
}

// stateDir is the directory for what assay keeps between runs.
func (e Env) stateDir() (string, error) {
	if dir := e.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "assay"), nil
	}
	if home := e.Getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "assay"), nil
	}
	return "", usagef("there is no place to keep state: neither XDG_STATE_HOME nor HOME is an absolute path; hint: set one")
}

// cacheDir is the directory for what can be made again.
func (e Env) cacheDir() (string, error) {
	if dir := e.Getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "assay"), nil
	}
	if home := e.Getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".cache", "assay"), nil
	}
	return "", usagef("there is no place for a cache: neither XDG_CACHE_HOME nor HOME is an absolute path; hint: set one")
}

// operator is the name of the user who runs this, for the record. Where the
// environment does not say it, the system may ask a network for it.
func (e Env) operator() string {
	name := cmp.Or(e.Getenv("LOGNAME"), e.Getenv("USER"))
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	return cmp.Or(name, "uid "+strconv.Itoa(os.Getuid()))
}
