package beside

import (
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"assay/fleet/host/bed"
)

// away puts hosts so far away that an answer takes twice the time oneWay, and
// returns the ssh configuration in which they are.
func away(b *testing.B, hosts []bed.Host, oneWay time.Duration) string {
	b.Helper()
	text, err := os.ReadFile(hosts[0].SSHConfig)
	if err != nil {
		b.Fatal(err)
	}
	address := regexp.MustCompile(`(?m)^  HostName (\S+)\n  Port (\d+)$`)
	return address.ReplaceAllStringFunc(string(text), func(was string) string {
		at := address.FindStringSubmatch(was)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { l.Close() })
		go relay(l, net.JoinHostPort(at[1], at[2]), oneWay)
		_, port, _ := strings.Cut(l.Addr().String(), ":")
		return fmt.Sprintf("  HostName 127.0.0.1\n  Port %s", port)
	})
}

// relay passes on connections, everything later by that time.
func relay(l net.Listener, to string, by time.Duration) {
	for {
		near, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer near.Close()
			time.Sleep(2 * by) // TCP's own handshake
			far, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			defer far.Close()
			go later(far, near, by)
			later(near, far, by)
		}()
	}
}

// later copies until from ends.
func later(to, from net.Conn, by time.Duration) {
	type chunk struct {
		due  time.Time
		text []byte
	}
	line := make(chan chunk, 1<<10)
	go func() {
		defer close(line)
		for {
			b := make([]byte, 32<<10)
			n, err := from.Read(b)
			line <- chunk{time.Now().Add(by), b[:n]}
			if err != nil {
				return
			}
		}
	}()
	for c := range line {
		time.Sleep(time.Until(c.due))
		if _, err := to.Write(c.text); err != nil {
			from.Close() // the reader ends, and with it the line
			io.Copy(io.Discard, from)
		}
	}
	if end, ok := to.(interface{ CloseWrite() error }); ok {
		end.CloseWrite()
	}
}
