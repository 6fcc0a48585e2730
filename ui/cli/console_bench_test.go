package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// worlds are what the console is started on in benchmarks.
var worlds = []struct {
	name string
	args []string
	dir  func(b *testing.B) string // nil: anywhere
}{
	{"demo of 8 hosts", []string{"demo"}, nil},
	{"demo of 500 hosts", []string{"demo", "--hosts", "500"}, nil},
	{"the example, no hosts", nil, func(*testing.B) string { return filepath.Join("..", "..") }},
	{"5,000 machines, no hosts", nil, manyMachines},
}

// manyMachines writes the example's fleet with 5,000 machines more.
func manyMachines(b *testing.B) string {
	dir, example := b.TempDir(), filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(example, "fleet.toml"))
	if err != nil {
		b.Fatal(err)
	}
	toml := bytes.NewBuffer(text)
	for i := range 5000 {
		fmt.Fprintf(toml, "\n[machines.host%04d]\nsystem = \"x86_64-linux\"\ntype = \"VM\"\nuser = \"sam\"\ntags = [\"rack%d\"]\naspects = [\"base\"]\n", i, i%40)
	}
	if err := os.WriteFile(filepath.Join(dir, "fleet.toml"), toml.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, tree := range []string{"modules/aspects", "modules/packages"} {
		if err := os.CopyFS(filepath.Join(dir, tree), os.DirFS(filepath.Join(example, tree))); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// BenchmarkStart is the time from the start of the process to its machines on
// the terminal, and to the first state that a host gave. The demos' hosts have
// been installed before.
func BenchmarkStart(b *testing.B) {
	program, home := benchProgram(b), b.TempDir()
	for _, w := range worlds {
		b.Run(w.name, func(b *testing.B) {
			dir := home
			if w.dir != nil {
				dir = w.dir(b)
			} else {
				w := append(w.args, "--", "status", "cinnabar")
				if out, err := inHome(exec.CommandContext(b.Context(), program, w...), home).CombinedOutput(); err != nil {
					b.Fatalf("%v: %s", err, out)
				}
			}
			var machines, states time.Duration
			n := 0
			for b.Loop() {
				s := seated(b, home, dir, program, w.args)
				machines += s.until("argentum")
				if w.dir == nil {
					states += s.until("behind", "current", "staged")
				}
				s.leave()
				n++
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(machines.Seconds()*1000/float64(n), "ms-to-machines")
			if w.dir == nil {
				b.ReportMetric(states.Seconds()*1000/float64(n), "ms-to-a-state")
			}
		})
	}
}

// BenchmarkIdle is how much of a core a console takes that nobody uses, over two
// minutes after the hosts have answered. With "refresh 1m" they are asked again
// in that time, and both ends of every connection are this process. It wants
// -benchtime 1x.
func BenchmarkIdle(b *testing.B) {
	program, home := benchProgram(b), b.TempDir()
	for _, refresh := range []string{"1m", "0"} {
		for _, w := range worlds[:2] {
			b.Run(w.name+", refresh "+refresh, func(b *testing.B) {
				config := filepath.Join(home, "assay", "config.toml")
				if err := errors.Join(os.MkdirAll(filepath.Dir(config), 0o700), os.WriteFile(config, []byte("refresh = \""+refresh+"\"\n"), 0o600)); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					s := seated(b, home, home, program, w.args)
					s.until("asked ")
					s.rest(15 * time.Second)
					began, worked := time.Now(), s.worked()
					s.rest(2 * time.Minute)
					b.ReportMetric((s.worked()-worked).Seconds()/time.Since(began).Seconds()*100, "cpu-%")
					s.leave()
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

func benchProgram(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "assay")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", path, "assay").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return path
}

// inHome keeps the operator's own configuration and demos out of it.
func inHome(cmd *exec.Cmd, home string) *exec.Cmd {
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=", "HOME="+home, "XDG_STATE_HOME="+home, "XDG_CONFIG_HOME="+home)
	return cmd
}

// seat is a console on a terminal of 160x48.
type seat struct {
	b     *testing.B
	cmd   *exec.Cmd
	began time.Time
	tty   *os.File
	chunk chan []byte
	seen  strings.Builder
}

func seated(b *testing.B, home, dir, program string, args []string) *seat {
	cmd := inHome(exec.CommandContext(b.Context(), program, args...), home)
	cmd.Dir = dir
	s := &seat{b: b, cmd: cmd, began: time.Now(), chunk: make(chan []byte, 1000)}
	var err error
	if s.tty, err = pty.StartWithSize(cmd, &pty.Winsize{Rows: 48, Cols: 160}); err != nil {
		b.Fatal(err)
	}
	go func() {
		defer close(s.chunk)
		for {
			buf := make([]byte, 64<<10)
			n, err := s.tty.Read(buf)
			if err != nil {
				return
			}
			s.chunk <- buf[:n]
		}
	}()
	return s
}

// until reads until one of the texts came, and returns how long after the
// start that was.
func (s *seat) until(texts ...string) time.Duration {
	for patience := time.After(time.Minute); ; {
		for _, text := range texts {
			if strings.Contains(s.seen.String(), text) {
				return time.Since(s.began)
			}
		}
		select {
		case c, ok := <-s.chunk:
			if !ok {
				s.b.Fatalf("the console ended; it wrote %q", s.seen.String())
			}
			s.seen.Write(c)
		case <-patience:
			seen := s.seen.String()
			s.b.Fatalf("%q never came; the console wrote %q", texts, seen[max(len(seen)-2000, 0):])
		}
	}
}

// rest lets the console be.
func (s *seat) rest(d time.Duration) {
	for over := time.After(d); ; {
		select {
		case <-s.chunk:
		case <-over:
			return
		}
	}
}

// leave leaves the console.
func (s *seat) leave() {
	if _, err := s.tty.WriteString("q"); err != nil {
		s.b.Fatal(err)
	}
	for range s.chunk {
	}
	if err := s.cmd.Wait(); err != nil {
		s.b.Fatal(err)
	}
	s.tty.Close()
}

// worked is the time that the console has worked, in hundredths of a second.
func (s *seat) worked() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		s.b.Fatal(err)
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')'):])
	user, err1 := strconv.Atoi(string(fields[12]))
	system, err2 := strconv.Atoi(string(fields[13]))
	if err := errors.Join(err1, err2); err != nil {
		s.b.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
