package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/creack/pty"

	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
)

// rate is how many lines a second the hosts of a run print in benchmarks.
const rate = 100_000

// BenchmarkKeys is the time from a key, as a terminal sends it, to the first
// bytes of the frame that answers it, as the terminal gets them: in the real
// program on a pty, a process of its own, while the 200 hosts of a run print
// 100,000 lines a second into its journal and its picture.
func BenchmarkKeys(b *testing.B) {
	for _, v := range []struct {
		name  string
		place view.Place
		lines int // a second
		keys  func(s *stream, n int)
	}{
		{"machines, no run", view.Machines, 0, (*stream).step},
		{"machines", view.Machines, rate, (*stream).step},
		{"run", view.Run, rate, (*stream).step},
		{"logs", view.Logs, rate, (*stream).followOrNot},
	} {
		b.Run(v.name, func(b *testing.B) {
			s := open(b, v.place, v.lines)
			s.until("first frame", func(out []byte) bool { return bytes.Contains(out, []byte("crowd")) })
			s.rest(time.Second)
			began, worked := time.Now(), s.worked()
			var took []time.Duration
			n := 0
			for b.Loop() {
				s.rest(10*time.Millisecond + rand.N(50*time.Millisecond))
				v.keys(s, n)
				took = append(took, s.took)
				n++
			}
			busy := (s.worked() - worked).Seconds() / time.Since(began).Seconds()
			slices.Sort(took)
			at := func(part float64) float64 { return took[int(part*float64(len(took)-1))].Seconds() * 1000 }
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(at(0.5), "p50-ms")
			b.ReportMetric(at(0.99), "p99-ms")
			b.ReportMetric(at(1), "max-ms")
			b.ReportMetric(s.end(), "lines/s")
			b.ReportMetric(busy*100, "cpu-%")
		})
	}
}

// stream is a console on a pty, with a run that prints.
type stream struct {
	b     *testing.B
	cmd   *exec.Cmd
	tty   *os.File // the terminal's end
	stop  *os.File // closing it ends the console
	said  bytes.Buffer
	chunk chan []byte
	seen  []byte // since the last key
	name  []byte // under the cursor
	took  time.Duration
}

// The environment of the process that is the console.
const (
	streamPlace = "ASSAY_BENCH_PLACE"
	streamLines = "ASSAY_BENCH_LINES"
)

// open starts a console at a place.
func open(b *testing.B, at view.Place, lines int) *stream {
	s := &stream{b: b, chunk: make(chan []byte, 1000)}
	waits, stop, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	s.stop = stop
	s.cmd = exec.CommandContext(b.Context(), os.Args[0], "-test.run=^TestStreamingConsole$", "-test.count=1")
	s.cmd.Env = append(os.Environ(), streamPlace+"="+string(at), streamLines+"="+strconv.Itoa(lines))
	s.cmd.Stderr = &s.said
	s.cmd.ExtraFiles = []*os.File{waits}
	if s.tty, err = pty.StartWithSize(s.cmd, &pty.Winsize{Rows: 48, Cols: 160}); err != nil {
		b.Fatal(err)
	}
	waits.Close()
	b.Cleanup(func() { s.end(); s.tty.Close() })
	b.Cleanup(moreProcessors()) // the terminal's own reading shall not be what is measured
	go s.read()
	return s
}

// end ends the console, and returns how many lines a second its hosts printed.
func (s *stream) end() (lines float64) {
	if s.cmd.ProcessState == nil {
		s.stop.Close()
		if err := s.cmd.Wait(); err != nil {
			s.b.Errorf("%v: %s", err, &s.said)
		}
	}
	if _, err := fmt.Sscan(s.said.String(), &lines); err != nil {
		s.b.Errorf("%v: %s", err, &s.said)
	}
	return lines
}

// worked is the time that the console has worked.
func (s *stream) worked() time.Duration { return workedBy(s.b, s.cmd.Process.Pid) }

// workedBy is the time that a process has worked, in hundredths of a second.
func workedBy(b *testing.B, pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')'):])
	user, err1 := strconv.Atoi(string(fields[12]))
	system, err2 := strconv.Atoi(string(fields[13]))
	if err := errors.Join(err1, err2); err != nil {
		b.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// TestStreamingConsole is the console of BenchmarkKeys, in a process of its
// own.
func TestStreamingConsole(t *testing.T) {
	lines, err := strconv.Atoi(os.Getenv(streamLines))
	if err != nil {
		t.Skip("not run: only BenchmarkKeys starts it")
	}
	c := newCrowd(t, 200)
	sent := c.printing(lines)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = io.ReadAll(os.NewFile(3, "stop"))
		cancel()
	}()
	m := New(ctx, crowdOptions(t, c, func(o *Options) { o.In, o.Out = os.Stdin, os.Stdout }))
	m.know()
	over := make(chan struct{})
	began := time.Now()
	if at := (view.Link{Place: view.Place(os.Getenv(streamPlace))}); lines > 0 {
		m.k.Planning = &known.Planning{Plan: c.approved()}
		apply := m.apply(nil)
		if at.Place != view.Machines {
			at.Name = m.k.Current
		}
		m.goTo(at)
		go func() { apply(); close(over) }()
	} else {
		close(over)
	}
	err = show(ctx, m, m.out, &m.screen)
	rate := float64(sent()) / time.Since(began).Seconds()
	<-over
	if ctx.Err() == nil {
		t.Error(err)
	}
	fmt.Fprintln(os.Stderr, rate)
}

// read takes what the console writes, as fast as it comes.
func (s *stream) read() {
	for {
		buf := make([]byte, 64<<10)
		n, err := s.tty.Read(buf)
		if err != nil {
			return
		}
		s.chunk <- buf[:n]
	}
}

// until reads until what was written since the last key is as wanted.
func (s *stream) until(what string, wanted func([]byte) bool) {
	patience := time.After(10 * time.Second)
	for !wanted(s.seen) {
		select {
		case c := <-s.chunk:
			s.seen = append(s.seen, c...)
		case <-patience:
			s.b.Fatalf("no %s in 10 s: %.2000q", what, s.seen)
		}
	}
}

// rest lets the console write for a while.
func (s *stream) rest(d time.Duration) {
	for over := time.After(d); ; {
		select {
		case <-s.chunk:
		case <-over:
			return
		}
	}
}

// press sends a key and waits for its answer.
func (s *stream) press(key string, answered func([]byte) bool) {
	s.seen = s.seen[:0]
	began := time.Now()
	if _, err := s.tty.WriteString(key); err != nil {
		s.b.Fatal(err)
	}
	s.until("answer to "+key, answered)
	s.took = time.Since(began)
}

// step moves the cursor, twenty lines down and up again. The answer is the
// cursor beside another name.
func (s *stream) step(n int) {
	glyphs := style.PlainStyle().Glyphs
	s.press([]string{"j", "k"}[n/20%2], func(out []byte) bool {
		for at := 0; ; {
			i := bytes.Index(out[at:], []byte(glyphs.Cursor))
			if i < 0 {
				return false
			}
			at += i + 1
			host := bytes.Index(out[at:], []byte("host"))
			if host < 0 || at+host+9 > len(out) {
				return false
			}
			if name := out[at+host : at+host+9]; !bytes.Equal(name, s.name) {
				s.name = slices.Clone(name)
				return true
			}
		}
	})
}

// followOrNot scrolls a line up, which stops following, and follows again.
// The answer is the line that says so.
func (s *stream) followOrNot(n int) {
	glyphs := style.PlainStyle().Glyphs
	if n%2 == 0 {
		s.press("k", func(out []byte) bool {
			return bytes.Contains(out, []byte(glyphs.Descending)) || bytes.Contains(out, []byte("standing still"))
		})
		return
	}
	s.press("G", func(out []byte) bool { return bytes.Contains(out, []byte("following")) })
}
