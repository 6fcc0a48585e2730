// Package beside measures assay beside what else does the same job, side by
// side in one run, and reports ratios: see script/bench, which starts it, and
// BENCHMARKS.md, which has what came of it. It has benchmarks only.
package beside

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay/fleet/host/bed"
)

// contender is one way to do a job.
type contender struct {
	name   string
	before func(round int) // prepares a round, not measured; may be nil
	run    func()
	after  func() // looks whether the job was done, not measured; may be nil
}

// cost is what a run took, CPU time that of all processes on this side.
type cost struct{ wall, cpu time.Duration }

// compare runs the contenders in turn, each once in a round and another one
// first in every round, and logs the medians and what part of the others' they
// are for the first of them.
func compare(b *testing.B, rounds int, contenders ...contender) {
	b.Helper()
	costs := make([][]cost, len(contenders))
	loads := []string{load()}
	for round := range rounds {
		for i := range contenders {
			at := (round + i) % len(contenders)
			c := contenders[at]
			if c.before != nil {
				c.before(round)
			}
			costs[at] = append(costs[at], measure(b, c.run))
			if c.after != nil {
				c.after()
			}
		}
		loads = append(loads, load())
	}
	var table strings.Builder
	fmt.Fprintf(&table, "medians of %d rounds, load %s\n", rounds, strings.Join(loads, " "))
	first := median(costs[0])
	for i, c := range contenders {
		m := median(costs[i])
		fmt.Fprintf(&table, "%-34s %7.3f s wall  %7.3f s CPU", c.name, m.wall.Seconds(), m.cpu.Seconds())
		if i > 0 {
			fmt.Fprintf(&table, "   %s takes %.2f of its wall, %.2f of its CPU time", contenders[0].name, ratio(first.wall, m.wall), ratio(first.cpu, m.cpu))
		}
		table.WriteByte('\n')
	}
	b.Log(table.String())
}

func ratio(x, y time.Duration) float64 { return float64(x) / float64(max(y, 1)) }

// median returns those of wall and of CPU time, each by itself.
func median(costs []cost) cost {
	middle := func(of func(cost) time.Duration) time.Duration {
		all := make([]time.Duration, len(costs))
		for i, c := range costs {
			all[i] = of(c)
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	return cost{middle(func(c cost) time.Duration { return c.wall }), middle(func(c cost) time.Duration { return c.cpu })}
}

func measure(b *testing.B, run func()) cost {
	b.Helper()
	cpu, start := used(b), time.Now()
	run()
	return cost{time.Since(start), used(b) - cpu}
}

// used is the CPU time of this process and of the children that have ended,
// with theirs.
func used(b *testing.B) time.Duration {
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

// load is the load average of the last minute.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	word, _, _ := strings.Cut(string(text), " ")
	return word
}

// bench is where commands run: a directory, and an environment of Nix's own.
type bench struct {
	dir   string
	home  string // of this user as ssh sees it, private to the benchmarks
	assay string // the program
	env   []string
}

// newBench returns a bench in an empty directory. script/bench makes what it
// needs and says where that is.
func newBench(b *testing.B) *bench {
	b.Helper()
	at := &bench{dir: b.TempDir(), home: os.Getenv("ASSAY_BENCH_HOME"), assay: os.Getenv("ASSAY_BENCH_PROGRAM")}
	if at.home == "" || at.assay == "" {
		b.Skip("not run: script/bench nix starts this")
	}
	nixes := bed.Nixes(b)
	wanted := os.Getenv("ASSAY_BENCH_NIX") // a version, "" is the one in PATH
	i := max(0, slices.IndexFunc(nixes, func(n bed.Nix) bool { return n.Version == wanted }))
	at.env = append(nixes[i].Env(b), "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=bench", "GIT_AUTHOR_EMAIL=bench@localhost", "GIT_COMMITTER_NAME=bench", "GIT_COMMITTER_EMAIL=bench@localhost")
	b.Logf("Nix %s", nixes[i].Version)
	return at
}

// try runs a program of the environment in the directory and returns what it
// prints, and where it fails what it says as well.
func (at *bench) try(b *testing.B, program string, args ...string) (string, error) {
	b.Helper()
	if !strings.Contains(program, "/") {
		program = at.find(program)
	}
	cmd := exec.CommandContext(b.Context(), program, args...)
	cmd.Dir, cmd.Env = at.dir, at.env
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return string(out) + said.String(), err
	}
	return string(out), nil
}

// run is try for what must not fail.
func (at *bench) run(b *testing.B, program string, args ...string) string {
	b.Helper()
	out, err := at.try(b, program, args...)
	if err != nil {
		b.Fatalf("%s %.300q: %v\n%s", program, args, err, out[:min(len(out), 4000)])
	}
	return out
}

// find looks a program up in the environment's PATH.
func (at *bench) find(program string) string {
	for _, entry := range slices.Backward(at.env) {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			for _, dir := range filepath.SplitList(path) {
				if info, err := os.Stat(filepath.Join(dir, program)); err == nil && info.Mode()&0o111 != 0 {
					return filepath.Join(dir, program)
				}
			}
		}
	}
	return program
}

// write writes a file below the directory, or elsewhere where name says so.
func (at *bench) write(b *testing.B, name, text string) {
	b.Helper()
	if !filepath.IsAbs(name) {
		name = filepath.Join(at.dir, name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}

func (at *bench) commit(b *testing.B) {
	b.Helper()
	at.run(b, "git", "add", "--all")
	at.run(b, "git", "commit", "--quiet", "--message", "change")
}
