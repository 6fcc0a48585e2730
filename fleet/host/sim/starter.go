package sim

import (
	"os/exec"
	"runtime"
	"sync"
)

// starter starts commands from one thread that lives as long as it does: the
// parent-death signal of Linux is bound to the thread that forked, and the
// runtime may end any other one.
type starter struct {
	requests chan startRequest
	ended    chan struct{}
	once     sync.Once
}

type startRequest struct {
	cmd    *exec.Cmd
	result chan error
}

func newStarter() *starter {
	s := &starter{requests: make(chan startRequest), ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		for r := range s.requests {
			r.result <- r.cmd.Start()
		}
	}()
	return s
}

func (s *starter) start(cmd *exec.Cmd) error {
	r := startRequest{cmd: cmd, result: make(chan error, 1)}
	s.requests <- r
	return <-r.result
}

// close ends the thread. No command may run and none be started any more.
func (s *starter) close() {
	s.once.Do(func() { close(s.requests) })
	<-s.ended
}
