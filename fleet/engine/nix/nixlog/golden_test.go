package nixlog

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine"
)

var update = flag.Bool("update", false, "write the golden files")

// read follows a log that is written in pieces of n bytes.
func read(t *testing.T, log []byte, n int, owners map[string][]string) (*View, *Follower, []engine.Step) {
	t.Helper()
	var steps []engine.Step
	v := NewView(owners, func(s engine.Step) { steps = append(steps, s) })
	f := v.Follow()
	for len(log) > 0 {
		k := min(n, len(log))
		if _, err := f.Write(log[:k]); err != nil {
			t.Fatal(err)
		}
		log = log[k:]
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return v, f, steps
}

// words writes what was read of a log.
func words(v *View, steps []engine.Step) []byte {
	var b bytes.Buffer
	for _, s := range steps {
		fmt.Fprintf(&b, "%s %s", s.Kind, s.What)
		if s.Phase != "" {
			fmt.Fprintf(&b, " phase %s", s.Phase)
		}
		if s.Done != 0 || s.Total != 0 {
			fmt.Fprintf(&b, " %d of %d", s.Done, s.Total)
		}
		fmt.Fprintf(&b, " | %s\n", s.Text)
	}
	for _, f := range v.Failures() {
		fmt.Fprintf(&b, "\n%s %s\n  %s\n", f.Status, f.Derivation, strings.ReplaceAll(f.Message, "\n", "\n  "))
		for _, line := range f.Lines {
			fmt.Fprintf(&b, "  > %s\n", line)
		}
	}
	for _, e := range v.EvalErrors() {
		fmt.Fprintf(&b, "\nerror: %s\n", e.Error())
		for _, p := range e.Trace {
			fmt.Fprintf(&b, "  %s:%d:%d %s\n", p.File, p.Line, p.Column, p.Text)
		}
	}
	fmt.Fprintf(&b, "\n%+v\n", v.Totals())
	return b.Bytes()
}

// TestGolden reads what real Nix said, in three versions.
func TestGolden(t *testing.T) {
	logs, err := filepath.Glob("testdata/*/*.jsonl")
	if err != nil || len(logs) < 60 {
		t.Fatal(len(logs), err)
	}
	for _, log := range logs {
		t.Run(strings.TrimPrefix(log, "testdata/"), func(t *testing.T) {
			text, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(log, "jsonl") + "golden"
			v, _, steps := read(t, text, 4096, nil)
			got := words(v, steps)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if v, _, steps := read(t, text, 7, nil); !bytes.Equal(words(v, steps), want) {
				t.Error("in small pieces it reads otherwise")
			}
		})
	}
}
