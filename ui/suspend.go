package ui

import (
	"io"
	"os"
	"os/signal"
	"syscall"
)

// stopped is the "program" that has the terminal while the console is
// suspended: the shell.
type stopped struct{}

// Run returns when somebody continues the process.
func (stopped) Run() error {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	if err := syscall.Kill(os.Getpid(), syscall.SIGTSTP); err != nil {
		return err
	}
	<-continued
	return nil
}

// SetStdin is part of tea.ExecCommand; the shell has a terminal of its own.
func (stopped) SetStdin(io.Reader) {}

// SetStdout is as SetStdin.
func (stopped) SetStdout(io.Writer) {}

// SetStderr is as SetStdin.
func (stopped) SetStderr(io.Writer) {}
