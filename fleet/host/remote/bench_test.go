package remote_test

import (
	"crypto/rand"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"assay/fleet/host"
	"assay/fleet/host/probe"
)

// BenchmarkConnectProbe connects to one simulated host and reads its facts.
// Both ends run in this process.
func BenchmarkConnectProbe(b *testing.B) {
	target, c := simulated(b, 1)[0], connector(b)
	for b.Loop() {
		conn, err := c.Connect(b.Context(), target)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := probe.Read(b.Context(), conn, target.Machine); err != nil {
			b.Fatal(err)
		}
		conn.Close()
	}
}

// BenchmarkProbe reads facts over an open connection.
func BenchmarkProbe(b *testing.B) {
	target := simulated(b, 1)[0]
	conn := connect(b, connector(b), target)
	for b.Loop() {
		if _, err := probe.Read(b.Context(), conn, target.Machine); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFleet500 starts 500 simulated hosts, connects to all, 32 at once,
// reads their facts, and holds every connection open. It reports CPU time and
// the memory of the process, which is both ends.
func BenchmarkFleet500(b *testing.B) {
	const hosts, atOnce = 500, 32
	targets, c := simulated(b, hosts), connector(b)
	for b.Loop() {
		before := cpu(b)
		var conns [hosts]host.Conn
		slots := make(chan struct{}, atOnce)
		var all sync.WaitGroup
		for i, target := range targets {
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				var err error
				if conns[i], err = c.Connect(b.Context(), target); err != nil {
					b.Error(err)
					return
				}
				if _, err := probe.Read(b.Context(), conns[i], target.Machine); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		b.ReportMetric((cpu(b) - before).Seconds(), "cpu-s/op")
		b.ReportMetric(float64(status(b, "VmRSS"))/1024, "rss-MB")
		b.ReportMetric(float64(runtime.NumGoroutine()), "goroutines")
		for _, conn := range conns {
			conn.Close()
		}
	}
	b.ReportMetric(float64(status(b, "VmHWM"))/1024, "peak-rss-MB")
}

// cpu returns the CPU time of this process and its children.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}

// status returns a value in KiB of /proc/self/status, 0 where there is none.
func status(b *testing.B, name string) int {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if key, value, _ := strings.Cut(line, ":"); key == name {
			n, _ := strconv.Atoi(strings.Fields(value)[0])
			return n
		}
	}
	return 0
}

// BenchmarkUpload sends data to a command of a simulated host.
func BenchmarkUpload(b *testing.B) {
	const size = 16 << 20
	conn := connect(b, connector(b), simulated(b, 1)[0])
	block := make([]byte, size)
	rand.Read(block)
	b.SetBytes(size)
	for b.Loop() {
		reader := io.LimitReader(strings.NewReader(string(block)), size)
		if err := conn.Run(b.Context(), host.Command{Script: "cat >/dev/null", Stdin: reader}); err != nil {
			b.Fatal(err)
		}
	}
}
