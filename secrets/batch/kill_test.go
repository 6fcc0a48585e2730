package batch_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"assay/secrets/batch"
)

const killFiles = 8

// killSet is the set that the process writes in one round: every file says the
// round; every second round there is a link and a file in a new directory,
// which the next removes.
func killSet(round int) []batch.Change {
	var set []batch.Change
	text := func(n int) []byte { return []byte(fmt.Sprintf("round %d ", n) + strings.Repeat("x", 3000)) }
	for i := range killFiles {
		c := batch.Change{Path: fmt.Sprintf("d%d/f%d", i%3, i), Content: text(round), Mode: 0o644}
		if round > 0 {
			c.Was = batch.Hash(text(round - 1))
		}
		set = append(set, c)
	}
	extra := batch.Change{Path: "extra/deep/file", Content: text(0)}
	if round%2 == 1 {
		extra = batch.Change{Path: "extra/deep/file", Was: batch.Hash(text(0)), Remove: true}
	}
	return append(set, extra)
}

// roundOf tells which round a whole tree is of, -1 for none, or an error.
func roundOf(t *testing.T, dir string) int {
	t.Helper()
	rounds := map[int]int{}
	extra := 0
	for name, text := range tree(t, dir) {
		if name == "extra/deep/file" {
			extra++
			continue
		}
		var round int
		if _, err := fmt.Sscanf(text, "round %d ", &round); err != nil || len(text) < 3000 || strings.Contains(name, ".assay") {
			t.Fatalf("%s: %.20q is left", name, text)
		}
		rounds[round]++
	}
	if len(rounds) == 0 && extra == 0 {
		return -1
	}
	for round, n := range rounds {
		if n == killFiles && len(rounds) == 1 && extra == 1-round%2 {
			return round
		}
	}
	t.Fatalf("half a set: %v, extra %d", rounds, extra)
	return 0
}

// TestKilled kills a process that writes one set after the other at random
// moments, and has the next one settle: every set is wholly old or wholly new,
// and none that was finished is lost. It does so ASSAY_TEST_KILLS times, 100
// without.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("ASSAY_TEST_BATCH"); dir != "" {
		writeForKill(dir, os.Getenv("ASSAY_TEST_PRIVATE"))
		return
	}
	kills, _ := strconv.Atoi(os.Getenv("ASSAY_TEST_KILLS"))
	if kills == 0 {
		kills = 100
	}
	seen := map[batch.Outcome]int{}
	dir, private := t.TempDir(), t.TempDir()
	for range kills {
		said := killOnce(t, dir, private)
		o, err := batch.New(dir, private).Settle()
		if err != nil {
			t.Fatal(err)
		}
		seen[o]++
		switch round := roundOf(t, dir); {
		case round < said:
			t.Fatalf("round %d was finished, and round %d is there", said, round)
		case round > said+1:
			t.Fatalf("round %d was the last, and round %d is there", said, round)
		}
	}
	t.Logf("%d kills: %v", kills, seen)
	if seen[batch.Forward] == 0 || seen[batch.Back] == 0 {
		t.Errorf("of %d kills none was in the middle of both halves: %v", kills, seen)
	}
}

// writeForKill is the process that is killed: it goes on from where the tree
// is, and says each round that it has finished.
func writeForKill(dir, private string) {
	l := batch.New(dir, private)
	for round := 0; ; round++ {
		was, err := batch.HashAt(dir, "d0/f0")
		if err != nil {
			fmt.Println("error", err)
			return
		}
		if was != killSet(round)[0].Was {
			continue
		}
		if err := l.Write(killSet(round)); err != nil {
			fmt.Println("error", err)
			return
		}
		fmt.Println("done", round)
	}
}

// killOnce starts the process, kills it a random while after its first round,
// and returns the last round that it has said to have finished.
func killOnce(t *testing.T, dir, private string) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), "ASSAY_TEST_BATCH="+dir, "ASSAY_TEST_PRIVATE="+filepath.Clean(private))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	last := -1
	for armed := false; lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		if word == "error" {
			t.Error(rest)
		}
		if word != "done" {
			continue
		}
		last, _ = strconv.Atoi(rest)
		if !armed {
			armed = true
			time.AfterFunc(time.Duration(rand.IntN(20_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = cmd.Wait() // it was killed
	return last
}
