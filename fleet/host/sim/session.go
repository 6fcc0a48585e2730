package sim

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/crypto/ssh"
)

// path is where commands look for programs: the usual places, and NixOS's.
const path = "/run/current-system/sw/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

// session serves one channel: one exec request, and signals to what it
// started. Everything else a client may ask for is refused.
func (s *server) session(n ssh.NewChannel) {
	channel, requests, err := n.Accept()
	if err != nil {
		return
	}
	defer channel.Close()
	var running *child
	var ended sync.WaitGroup
	defer ended.Wait()
	for r := range requests {
		ok := false
		var begun *child
		switch {
		case r.Type == "exec" && running == nil:
			begun = s.exec(r.Payload, channel.Stderr())
			running, ok = begun, begun != nil
		case r.Type == "signal" && running != nil:
			var m struct{ Name string }
			ok = ssh.Unmarshal(r.Payload, &m) == nil && running.signal(m.Name)
		}
		if r.WantReply {
			r.Reply(ok, nil)
		}
		if begun != nil { // not before the reply: a short command would close the channel first
			ended.Go(func() { begun.attend(channel) })
		}
	}
	if running != nil { // the client is gone
		running.kill()
	}
}

// exec starts the command of an exec request. It returns nil, and the reason
// on stderr, when there is none or it does not start.
func (s *server) exec(payload []byte, stderr io.Writer) *child {
	var m struct{ Command string }
	if ssh.Unmarshal(payload, &m) != nil {
		return nil
	}
	c, err := s.run(m.Command)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return nil
	}
	return c
}

// child is one command of a host with the ends of its pipes.
type child struct {
	cmd            *exec.Cmd
	stdin          *os.File // written here
	stdout, stderr *os.File // read here

	mu    sync.Mutex
	ended bool
}

// run starts a command as sshd would with /bin/sh as the login shell.
func (s *server) run(command string) (*child, error) {
	cmd := s.command(command)
	c := &child{cmd: cmd}
	theirs, err := c.pipes()
	if err == nil {
		err = s.fleet.starter.start(cmd)
	}
	for _, f := range theirs {
		f.Close()
	}
	if err != nil {
		c.closePipes()
		return nil, err
	}
	return c, nil
}

func (s *server) command(command string) *exec.Cmd {
	if s.host.Apart {
		return apartCommand(s.host.Root, command)
	}
	cmd := exec.Command("/bin/sh", "-c", command)
	cmd.Dir = filepath.Join(s.host.Root, home)
	cmd.Env = []string{"HOME=" + cmd.Dir, "PATH=" + path, "ASSAY_ROOT=" + s.host.Root}
	cmd.SysProcAttr = processAttributes()
	return cmd
}

// pipes connects the command's streams and returns the ends that belong to it.
func (c *child) pipes() (theirs []*os.File, err error) {
	pipe := func() (r, w *os.File) {
		if err == nil {
			r, w, err = os.Pipe()
		}
		return r, w
	}
	in, w := pipe()
	c.stdin = w
	r, out := pipe()
	c.stdout = r
	r, errs := pipe()
	c.stderr = r
	for _, f := range []*os.File{in, out, errs} {
		if f != nil {
			theirs = append(theirs, f)
		}
	}
	if err == nil {
		c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = in, out, errs
	}
	return theirs, err
}

func (c *child) closePipes() {
	for _, f := range []*os.File{c.stdin, c.stdout, c.stderr} {
		if f != nil {
			f.Close()
		}
	}
}

// attend moves the command's streams, waits for its end and reports it. What
// the command left running in its process group ends with it.
func (c *child) attend(channel ssh.Channel) {
	defer channel.Close()
	var out sync.WaitGroup
	out.Go(func() { io.Copy(channel, c.stdout) })
	out.Go(func() { io.Copy(channel.Stderr(), c.stderr) })
	var in sync.WaitGroup
	in.Go(func() {
		io.Copy(c.stdin, channel)
		c.stdin.Close()
	})
	err := c.cmd.Wait()
	c.end()
	out.Wait()
	channel.CloseWrite()
	report(channel, c.cmd, err)
	channel.Close()
	in.Wait()
	c.closePipes()
}

// end marks the leader as gone and kills what is left of its group.
func (c *child) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
}

// kill ends the group, and the reading of its output in case somebody who
// left the group holds on to it.
func (c *child) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
	}
	c.stdout.Close()
	c.stderr.Close()
}

// signals are those that a client may send, by their names in RFC 4254, 6.9.
var signals = map[string]syscall.Signal{
	"ABRT": syscall.SIGABRT, "ALRM": syscall.SIGALRM, "FPE": syscall.SIGFPE, "HUP": syscall.SIGHUP,
	"ILL": syscall.SIGILL, "INT": syscall.SIGINT, "KILL": syscall.SIGKILL, "PIPE": syscall.SIGPIPE,
	"QUIT": syscall.SIGQUIT, "SEGV": syscall.SIGSEGV, "TERM": syscall.SIGTERM,
	"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2,
}

func (c *child) signal(name string) bool {
	sig, ok := signals[strings.TrimPrefix(name, "SIG")]
	c.mu.Lock()
	defer c.mu.Unlock()
	return ok && !c.ended && syscall.Kill(-c.cmd.Process.Pid, sig) == nil
}

// report sends the exit status or the signal that ended the command.
func report(channel ssh.Channel, cmd *exec.Cmd, err error) {
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		return // how it ended is not known, and so nothing is said
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		channel.SendRequest("exit-signal", false, ssh.Marshal(struct {
			Name          string
			Core          bool
			Message, Lang string
		}{Name: nameOf(status.Signal())}))
		return
	}
	channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(cmd.ProcessState.ExitCode())}))
}

func nameOf(sig syscall.Signal) string {
	for name, s := range signals {
		if s == sig {
			return name
		}
	}
	return "TERM"
}
