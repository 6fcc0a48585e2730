// Package runner starts external programs on the operator's side, Nix above
// all. A program gets its own session, so that it cannot ask on the terminal
// and a ctrl+c meant for assay does not reach it; when its context ends, it and
// what it started get SIGINT, and SIGKILL when they are still there after a
// while.
//
// A Runner may be used by several goroutines at once.
package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options is what a Runner gives to every program. The zero value runs
// programs from PATH in assay's own environment.
type Options struct {
	Bin    string                // directory searched for programs before PATH; "" is PATH only
	Env    []string              // "NAME=value", over the environment of this process
	Redact func(s string) string // takes secrets out of a line of stderr; nil leaves lines alone
	Grace  time.Duration         // from SIGINT to SIGKILL; 0 is 10 s
	Cache  string                // a directory for the version of Nix; "" remembers nothing
}

// Runner runs programs.
type Runner struct {
	opts    Options
	leave   time.Duration // for what has left the session and holds a pipe
	version onceVersion
}

// New returns a Runner.
func New(opts Options) *Runner {
	if opts.Grace <= 0 {
		opts.Grace = 10 * time.Second
	}
	return &Runner{opts: opts, leave: opts.Grace + time.Second}
}

// Command is one program with its arguments. Secrets belong in Stdin, never
// in Args or Env.
type Command struct {
	Program string // a name that is looked up, or a path
	Args    []string
	Dir     string    // working directory; "" is this process's
	Env     []string  // "NAME=value", over the Runner's
	Stdin   io.Reader // nil is empty
	Stdout  io.Writer // nil discards
	Stderr  io.Writer // gets whole lines, one a call, redacted; nil keeps the last ones only, for ExitError
	Used    *Usage    // is set when the program has run; may be nil
}

// Usage is what a program and those that it waited for have used.
type Usage struct {
	Memory int64         // bytes that the largest of the processes held at most
	CPU    time.Duration // user and system
}

// Run runs a command and waits for it and its streams. The error is nil when
// it exited with 0, the context's cause when that ended, a *MissingError when
// there is no such program, and an *ExitError when it ran and said otherwise.
// Nothing is written to the command's streams after Run returns.
func (r *Runner) Run(ctx context.Context, c Command) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	path, err := r.Look(c.Program)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, c.Args...)
	cmd.Dir = c.Dir
	cmd.Env = slices.Concat(Environ(), r.opts.Env, c.Env) // the last of equal names counts
	cmd.Stdin, cmd.Stdout = c.Stdin, c.Stdout
	lines := &lineWriter{next: c.Stderr, redact: r.opts.Redact}
	cmd.Stderr = lines
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	kill := &stopper{cmd: cmd, grace: r.opts.Grace}
	cmd.Cancel = kill.interrupt
	cmd.WaitDelay = r.leave
	err = cmd.Run()
	kill.end()
	lines.flush()
	if c.Used != nil && cmd.ProcessState != nil {
		*c.Used = used(cmd.ProcessState)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, exec.ErrWaitDelay): // it ended well; what it left behind held its streams
		return nil
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return newExitError(c, exit, lines.last())
	}
	return fmt.Errorf("%s: %w", name(c), err)
}

// Environ is the environment of this process without what git tells its hooks:
// programs work in the directory that they are given.
func Environ() []string { return slices.DeleteFunc(os.Environ(), ofOneRepository) }

// ofOneRepository reports whether a variable says which repository git works
// on. They are those of `git rev-parse --local-env-vars` but for settings.
func ofOneRepository(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	switch name {
	case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_IMPLICIT_WORK_TREE",
		"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",
		"GIT_NAMESPACE", "GIT_REPLACE_REF_BASE", "GIT_NO_REPLACE_OBJECTS", "GIT_INTERNAL_SUPER_PREFIX":
		return true
	}
	return false
}

func used(p *os.ProcessState) Usage {
	u := Usage{CPU: p.UserTime() + p.SystemTime()}
	if usage, ok := p.SysUsage().(*syscall.Rusage); ok {
		u.Memory = int64(usage.Maxrss)
		if runtime.GOOS != "darwin" { // which counts bytes
			u.Memory *= 1024
		}
	}
	return u
}

// Output runs a command and returns what it writes to its standard output,
// which may be at most limit bytes.
func (r *Runner) Output(ctx context.Context, c Command, limit int) ([]byte, error) {
	out := &bounded{limit: limit}
	c.Stdout = out
	if err := r.Run(ctx, c); err != nil {
		if out.over {
			return nil, fmt.Errorf("%s: more than %d bytes of output", name(c), limit)
		}
		return nil, err
	}
	return out.buf.Bytes(), nil
}

// Look returns the path of a program, or a *MissingError.
func (r *Runner) Look(program string) (string, error) {
	if r.opts.Bin != "" && filepath.Base(program) == program {
		if path, err := exec.LookPath(filepath.Join(r.opts.Bin, program)); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return "", &MissingError{Program: program, Err: err}
	}
	return path, nil
}

// stopper ends a command's process group: what it started, as long as that
// has not made a session of its own.
type stopper struct {
	cmd   *exec.Cmd
	grace time.Duration

	mu    sync.Mutex
	timer *time.Timer
}

func (s *stopper) interrupt() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = time.AfterFunc(s.grace, func() { s.signal(syscall.SIGKILL) })
	s.signal(syscall.SIGINT)
	return nil // Wait then gives what the program says to it
}

// end kills what an interrupted program has left behind.
func (s *stopper) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil && s.timer.Stop() {
		s.signal(syscall.SIGKILL)
	}
}

func (s *stopper) signal(sig syscall.Signal) {
	_ = syscall.Kill(-s.cmd.Process.Pid, sig) // gone already is fine
}

// bounded keeps at most limit bytes and refuses more.
type bounded struct {
	buf   bytes.Buffer
	limit int
	over  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.buf.Len()+len(p) > b.limit {
		b.over = true
		return 0, errors.New("too much output")
	}
	return b.buf.Write(p)
}
