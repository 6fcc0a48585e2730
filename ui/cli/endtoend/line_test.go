package endtoend

import (
	"io"
	"net"
	"sync"
	"testing"
)

// line passes connections on to a host's sshd.
type line struct {
	address string // of its end here, host:port

	mu   sync.Mutex
	ends []net.Conn // here, of what has not been lost
}

// newLine makes a line to an address, which is there until the test ends.
func newLine(t *testing.T, to string) *line {
	t.Helper()
	in, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{address: in.Addr().String()}
	var far []net.Conn
	var all sync.WaitGroup
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		for {
			here, err := in.Accept()
			if err != nil {
				return // closed
			}
			there, err := net.Dial("tcp", to)
			if err != nil {
				here.Close()
				continue
			}
			far = append(far, there)
			l.mu.Lock()
			l.ends = append(l.ends, here)
			l.mu.Unlock()
			all.Go(func() { pass(there, here) })
			all.Go(func() { pass(here, there) })
		}
	}()
	t.Cleanup(func() {
		in.Close()
		<-accepted
		l.lose()
		for _, c := range far {
			c.Close()
		}
		all.Wait()
	})
	return l
}

// pass copies what one end says to the other, and closes that after it has ended
// by itself: an end of ours that was lost tells the host nothing.
func pass(to, from net.Conn) {
	if _, err := io.Copy(to, from); err == nil {
		to.Close()
	}
}

// lose ends all connections here, and tells the host nothing of it. Those that
// are made later work.
func (l *line) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.ends {
		c.Close()
	}
	l.ends = nil
}
