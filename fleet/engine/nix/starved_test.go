package nix

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hungry makes nix be killed, as by a kernel without memory, when it is to
// evaluate more machines at once than most, or the machine named.
func (b *bench) hungry(t *testing.T, most int, machine string) {
	t.Helper()
	nix := filepath.Join(b.bin, "nix")
	real := nix + ".real"
	if err := os.Rename(nix, real); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf(`#!/bin/sh
for last; do
	case $last in *'fromJSON "['*)
		names=${last##*fromJSON}
		case $names in *'"%s\"'*) kill -9 $$ ;; esac
		[ "$(echo "$names" | grep -o 'm[0-9]' | wc -l)" -le %d ] || kill -9 $$
	esac
done
exec %q "$@"
`, machine, most, real)
	if err := os.WriteFile(nix, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestTooMuchAtOnceIsSplit(t *testing.T) {
	files, names := fleetOf(t, 6)
	b := newBench(t, files, Options{Processes: 2, Available: func() int64 { return 1 << 40 }, Class: func(string) string { return "nixos" }})
	b.hungry(t, 1, "none")
	b.evaluate(t.Context(), names...).all(t, 6)
}

func TestMachineThatIsTooLarge(t *testing.T) {
	files, names := fleetOf(t, 6)
	b := newBench(t, files, Options{Processes: 2, Available: func() int64 { return 1 << 40 }, Class: func(string) string { return "nixos" }})
	b.hungry(t, 9, "m4")
	a := b.evaluate(t.Context(), names...)
	if len(a.systems) != 5 || !errors.Is(a.errs["m4"], ErrMemory) || !strings.Contains(a.errs["m4"].Error(), "hint: ") {
		t.Errorf("%d systems, errors %v", len(a.systems), a.errs)
	}
}

func TestHistoryKnowsWhatFits(t *testing.T) {
	h := &history{dir: t.TempDir()}
	if n := h.fits("/a", 3<<30, 40); n != 4 {
		t.Errorf("without history %d machines fit in 3 GiB", n)
	}
	h.add(sample{Of: "/a", Machines: 4, Memory: 4 << 30, Elapsed: 8e9})
	h.add(sample{Of: "/b", Machines: 4, Memory: 1 << 20, Elapsed: 1})
	again := &history{dir: h.dir}
	for _, c := range []struct {
		bytes int64
		want  int
	}{{1 << 30, 1}, {4 << 30, 4}, {6 << 30, 6}, {100 << 30, 40}} {
		if n := again.fits("/a", c.bytes, 40); n != c.want {
			t.Errorf("%d machines fit in %d GiB, want %d", n, c.bytes>>30, c.want)
		}
	}
	e := New(Options{Dir: "/a", Processes: 2, Available: func() int64 { return 16 << 30 }})
	e.history = again
	if p, _ := e.processes("/a", 8, 1); p != 2 {
		t.Errorf("%d processes", p)
	}
	if d := e.Estimate(make([]string, 16)); d != 16e9 {
		t.Errorf("estimate is %v", d)
	}
	e.opts.Available = func() int64 { return 7 << 30 }
	if p, _ := e.processes("/a", 8, 1); p != 1 {
		t.Errorf("%d processes without the memory for two", p)
	}
}

// TestProcesses: as many evaluate as it is worth, and as there are sets whose
// machines share nothing.
func TestProcesses(t *testing.T) {
	e := New(Options{Dir: "/a", Processes: 4, Available: func() int64 { return 1 << 40 }})
	e.history = &history{dir: t.TempDir()}
	e.history.add(sample{Of: "quick", Machines: 4, Memory: 1, Elapsed: 1e9})
	e.history.add(sample{Of: "slow", Machines: 1, Memory: 1, Elapsed: 2e9})
	for _, c := range []struct {
		what           string
		machines, sets int
		want           int
		worth          bool
	}{
		{"unknown", 1, 1, 1, false}, {"unknown", 2, 2, 2, false}, {"unknown", 4, 1, 2, true}, {"unknown", 40, 1, 4, true},
		{"quick", 1, 1, 1, false}, {"quick", 4, 1, 1, false}, {"quick", 4, 2, 2, false}, {"quick", 8, 1, 2, true},
		{"slow", 1, 1, 1, false}, {"slow", 2, 1, 2, true}, {"slow", 3, 1, 3, true}, {"slow", 40, 3, 4, true},
	} {
		if n, worth := e.processes(c.what, c.machines, c.sets); n != c.want || worth != c.worth {
			t.Errorf("%d processes for %d machines of %d sets, %s, %v; want %d, %v", n, c.machines, c.sets, c.what, worth, c.want, c.worth)
		}
	}
}
