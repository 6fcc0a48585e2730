package canary

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Sight is something that a process showed.
type Sight struct {
	Process int
	Program string // its first argument
	Kind    Kind
	File    string // the open file, "" for others
	Text    []byte
}

func (s Sight) String() string {
	return fmt.Sprintf("%s of %s (%d) %s", s.Kind, s.Program, s.Process, s.File)
}

// Kind is what a process shows.
type Kind string

// The kinds.
const (
	Arguments   Kind = "the arguments"
	Environment Kind = "the environment"
	Open        Kind = "an open file"
)

// every is how often processes are looked at.
const every = 20 * time.Millisecond

// Watch looks at all processes that begin from now on, over and over: at their
// arguments and environments, and at the contents of regular files that
// they, or what they started, hold open, also when these have no name any more.
// Files are looked at of processes that have mark in their environment or
// arguments, and of their children. What is seen is told once, from one
// goroutine, until stop is called; that says how many looks there were.
func Watch(mark string, look func(Sight)) (stop func() int) {
	w := &watcher{mark: []byte(mark), look: look, before: map[int]bool{}, ours: map[int]bool{}, args: map[int]string{}, told: map[uint64]bool{}, seed: maphash.MakeSeed()}
	for _, pid := range processes() {
		w.before[pid] = true
	}
	end, looks := make(chan struct{}), 0
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			w.all()
			looks++
			select {
			case <-end:
				return
			case <-tick.C:
			}
		}
	})
	return func() int { close(end); done.Wait(); return looks }
}

type watcher struct {
	mark   []byte
	look   func(Sight)
	before map[int]bool   // there were these when it began
	ours   map[int]bool   // whose files are looked at
	args   map[int]string // as they were seen last
	told   map[uint64]bool
	seed   maphash.Seed
}

func processes() (pids []int) {
	all, _ := os.ReadDir("/proc")
	for _, d := range all {
		if pid, err := strconv.Atoi(d.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// all looks at all processes once.
func (w *watcher) all() {
	there := map[int]bool{}
	for _, pid := range processes() {
		there[pid] = true
		if !w.before[pid] {
			w.one(pid)
		}
	}
	// A number that is free again may become another process's.
	for _, seen := range []map[int]bool{w.before, w.ours} {
		maps.DeleteFunc(seen, func(pid int, _ bool) bool { return !there[pid] })
	}
	maps.DeleteFunc(w.args, func(pid int, _ string) bool { return !there[pid] })
}

func (w *watcher) one(pid int) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	args, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	if err != nil || len(args) == 0 {
		return // it has ended, or has not begun
	}
	program, _, _ := strings.Cut(string(args), "\x00")
	if was, seen := w.args[pid]; !seen || was != string(args) { // it is new, or another program now
		env, _ := os.ReadFile(filepath.Join(dir, "environ"))
		if now, err := os.ReadFile(filepath.Join(dir, "cmdline")); err != nil || !bytes.Equal(now, args) {
			return // it becomes another program just now: whose environment that was is not known
		}
		w.args[pid] = string(args)
		w.ours[pid] = w.ours[pid] || bytes.Contains(env, w.mark) || bytes.Contains(args, w.mark) || w.ours[parent(dir)]
		w.tell(Sight{pid, program, Arguments, "", args})
		w.tell(Sight{pid, program, Environment, "", env})
	}
	if !w.ours[pid] {
		return
	}
	open, _ := os.ReadDir(filepath.Join(dir, "fd"))
	for _, fd := range open {
		link := filepath.Join(dir, "fd", fd.Name())
		if st, err := os.Stat(link); err != nil || !st.Mode().IsRegular() {
			continue
		}
		name, _ := os.Readlink(link)
		if text, err := os.ReadFile(link); err == nil {
			w.tell(Sight{pid, program, Open, name, text})
		}
	}
}

// parent is the process that started one, or took it over.
func parent(dir string) int {
	stat, _ := os.ReadFile(filepath.Join(dir, "stat"))
	_, after, _ := strings.Cut(string(stat), ") ") // the name before may have anything in it
	fields := strings.Fields(after)
	if len(fields) < 2 {
		return 0
	}
	pid, _ := strconv.Atoi(fields[1])
	return pid
}

// tell tells what was not told yet of such a program.
func (w *watcher) tell(s Sight) {
	var h maphash.Hash
	h.SetSeed(w.seed)
	for _, text := range []string{s.Program, string(s.Kind), s.File} {
		h.WriteString(text)
		h.WriteByte(0)
	}
	h.Write(s.Text)
	if sum := h.Sum64(); !w.told[sum] {
		w.told[sum] = true
		w.look(s)
	}
}
