// Package awake keeps this computer from going to sleep while something must
// not be interrupted. It asks the system's own command for that: on Linux
// systemd-inhibit(1), on macOS caffeinate(8). Where there is none, or it is
// refused, the computer sleeps as it likes and nothing is said.
package awake

import (
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
)

// Keep keeps the computer awake until release is called, which may be done
// more than once, or until this process ends. why is shown to those who ask
// what keeps it awake.
func Keep(why string) (release func()) {
	argv := command(why)
	if argv == nil {
		return func() {}
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return func() {}
	}
	cmd := exec.Command(path, argv[1:]...)
	// In a session of its own it finds no terminal to ask for a password on,
	// and an interrupt from the keyboard does not reach it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	// It ends when this pipe does, and so never outlives this process.
	hold, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return func() {}
	}
	return sync.OnceFunc(func() { end(cmd, hold) })
}

// end waits for a command whose input has ended. One that does not read it
// is ended.
func end(cmd *exec.Cmd, hold io.Closer) {
	hold.Close()
	syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
	cmd.Wait()
}

// command is what keeps this computer awake, nil where nothing does.
func command(why string) []string {
	switch runtime.GOOS {
	case "linux":
		return []string{"systemd-inhibit", "--what=sleep:idle", "--who=assay", "--why=" + why, "--mode=block", "cat"}
	case "darwin":
		return []string{"caffeinate", "-i", "-w", strconv.Itoa(os.Getpid())}
	}
	return nil
}
