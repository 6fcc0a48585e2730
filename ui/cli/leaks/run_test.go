package leaks

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
)

// trial is one run of a command.
type trial struct {
	args   []string
	demo   bool     // in the demo, else on its fleet as on any other
	stdin  string   // from a pipe
	typed  []answer // on a terminal
	env    []string // beside the operator's
	code   int      // that it ends with; anyCode is any but a crash
	says   string   // what it prints when it has done what it is tried for
	prints string   // why it may show a secret, and has to
	before func()   // comes first
	after  func()
}

// anyCode is the code of who may end with any.
const anyCode = -1

// answer is what is typed at a question, which does not show it.
type answer struct {
	question, text string
	shown          bool // as it is typed: the question is not for a secret
}

// patience is how long a command may take.
const patience = 2 * time.Minute

// command prepares a run of the program.
func (w *world) command(ctx context.Context, tr trial) *exec.Cmd {
	args := tr.args
	if tr.demo {
		args = append([]string{"demo", "--hosts", "2", "--"}, args...)
	}
	cmd := exec.CommandContext(ctx, w.program, args...)
	cmd.Dir, cmd.Env = w.fleet, append(w.env[:len(w.env):len(w.env)], tr.env...)
	cmd.WaitDelay = time.Second
	return cmd
}

// run runs a command and keeps what it printed.
func (w *world) run(tr trial) {
	w.t.Helper()
	if tr.before != nil {
		tr.before()
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	cmd := w.command(ctx, tr)
	var out []byte
	if tr.typed != nil {
		out = w.onTerminal(ctx, cmd, tr.typed)
	} else {
		cmd.Stdin = strings.NewReader(tr.stdin)
		out, _ = cmd.CombinedOutput() // how it ended is looked at below
	}
	line := strings.Join(cmd.Args[1:], " ")
	code := cmd.ProcessState.ExitCode()
	if code != tr.code && tr.code != anyCode || code < 0 || bytes.Contains(out, []byte("goroutine ")) || !bytes.Contains(out, []byte(tr.says)) {
		w.t.Errorf("assay %s: exit %d, want %d with %q\n%s", line, code, tr.code, tr.says, out[:min(len(out), 1500)])
	}
	if os.Getenv("LEAKS_TIMES") != "" {
		w.t.Logf("%.1fs user %.2f %s", time.Since(began).Seconds(), cmd.ProcessState.UserTime().Seconds(), line)
	}
	w.said = append(w.said, said{line, out, tr.prints})
	if tr.after != nil {
		tr.after()
	}
}

// onTerminal runs a command on a terminal and answers its questions.
func (w *world) onTerminal(ctx context.Context, cmd *exec.Cmd, typed []answer) []byte {
	w.t.Helper()
	user, terminal, err := pty.Open()
	w.must(err)
	defer user.Close()
	w.must(pty.Setsize(user, &pty.Winsize{Rows: 40, Cols: 300}))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	w.must(cmd.Start())
	ended := make(chan bool)
	go func() { _ = cmd.Wait(); close(ended) }() // how it ended is looked at by who calls this
	var mu sync.Mutex
	var all []byte
	more := make(chan bool, 1)
	var reading sync.WaitGroup
	reading.Go(func() {
		for b := make([]byte, 4096); ; {
			n, err := user.Read(b)
			mu.Lock()
			all = append(all, b[:n]...)
			mu.Unlock()
			select {
			case more <- true:
			default:
			}
			if err != nil {
				return
			}
		}
	})
	read := 0
	for _, a := range typed {
		asked := func() bool {
			mu.Lock()
			defer mu.Unlock()
			at := bytes.Index(all[read:], []byte(a.question))
			if at >= 0 {
				read += at + len(a.question)
			}
			return at >= 0
		}
		for there := asked(); !there; there = asked() {
			select {
			case <-more:
				continue
			case <-ended:
			case <-ctx.Done():
			}
			terminal.Close()
			reading.Wait()
			w.t.Errorf("it does not ask %q", a.question)
			return all
		}
		for ready := a.shown; !ready && ctx.Err() == nil; { // what is typed before counts for nothing
			ready, err = silent(terminal)
			w.must(err)
			select {
			case <-ended: // without having read it
				ready = true
			default:
			}
		}
		_, err = user.WriteString(a.text + "\n")
		w.must(err)
	}
	<-ended
	terminal.Close()
	reading.Wait()
	return all
}
