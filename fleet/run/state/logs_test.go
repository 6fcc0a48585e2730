package state_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/run/state"
)

func logEvent(seq int64, machine, text string) event.Event {
	return event.Event{Seq: seq, Time: at.Add(time.Duration(seq) * time.Millisecond), Run: "r", Body: event.Log{Machine: machine, Stream: "activate", Text: text}}
}

// someText is a line of any length and level.
func someText(r *rand.Rand) string {
	words := []string{"error: no", "warning: odd", "Needle in it", "ÜBER", "setting up /etc...", "", "ünï", "a\nb", "0 failed", "haystack needle needle"}
	text := words[r.IntN(len(words))]
	if r.IntN(4) == 0 {
		text += strings.Repeat(" more", r.IntN(60))
	}
	return text
}

// model is what a State is compared with: every line, in a plain list.
type model struct {
	lines []state.Line
	state *state.State
	seq   int64
}

func (m *model) emit(machine, text string) {
	m.seq++
	e := logEvent(m.seq, machine, text)
	m.lines = append(m.lines, state.Line{Seq: m.seq, Machine: machine, Time: e.Time, Stream: "activate", Level: state.LevelOf(text), Text: text})
	m.state.Emit(e)
}

// kept is what the state should still have of all lines that the filter lets
// through: each machine's newest ones, as many as it says.
func (m *model) kept(f state.Filter) []state.Line {
	dropped := map[string]int{}
	for _, machine := range m.state.Snapshot().Machines {
		dropped[machine.Name] = machine.Dropped
	}
	var out []state.Line
	for _, l := range m.lines {
		if dropped[l.Machine]--; dropped[l.Machine] >= 0 {
			continue
		}
		if (f.Machine == "" || f.Machine == l.Machine) && l.Level >= f.Least {
			out = append(out, l)
		}
	}
	return out
}

func TestLogsAgainstAPlainList(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := &model{state: state.New(2000 + r.IntN(60_000))}
		for range 6 {
			for range r.IntN(500) {
				// Seq has gaps: other events have numbers, too.
				m.seq += int64(r.IntN(3))
				m.emit(fmt.Sprint("m", min(r.IntN(6), r.IntN(20))), someText(r))
			}
			for _, name := range []string{"", "m0", "m3", "nobody"} {
				for least := state.Info; least <= state.Error; least++ {
					m.check(t, r, state.Filter{Machine: name, Least: least})
				}
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func (m *model) check(t *testing.T, r *rand.Rand, f state.Filter) {
	t.Helper()
	logs, want := m.state.Logs(f), m.kept(f)
	if logs.Len() != len(want) {
		t.Errorf("%+v: %d lines, want %d", f, logs.Len(), len(want))
	}
	if got := logs.Window(state.Begin, len(want)+1, false); !slices.Equal(got, want) {
		t.Errorf("%+v: got %d lines, want %d", f, len(got), len(want))
	}
	for range 5 {
		from, n := r.Int64N(m.seq+3), 1+r.IntN(20)
		at, _ := slices.BinarySearchFunc(want, from, func(l state.Line, seq int64) int { return int(l.Seq - seq) })
		upTo, _ := slices.BinarySearchFunc(want, from+1, func(l state.Line, seq int64) int { return int(l.Seq - seq) })
		if got := logs.Before(from); got != at {
			t.Errorf("%+v: %d before %d, want %d", f, got, from, at)
		}
		if got := logs.Window(from, n, false); !slices.Equal(got, want[at:min(at+n, len(want))]) {
			t.Errorf("%+v: %d forwards from %d: %v", f, n, from, got)
		}
		if got := logs.Window(from, n, true); !slices.Equal(got, want[max(upTo-n, 0):upTo]) {
			t.Errorf("%+v: %d backwards from %d: %v", f, n, from, got)
		}
		m.checkFind(t, logs, want, from)
	}
	first := slices.IndexFunc(m.kept(state.Filter{Machine: f.Machine}), func(l state.Line) bool { return l.Level == state.Error })
	if seq, ok := logs.FirstError(); ok != (first >= 0) || ok && seq != m.kept(state.Filter{Machine: f.Machine})[first].Seq {
		t.Errorf("%+v: first error %d, %v, want at %d", f, seq, ok, first)
	}
}

func (m *model) checkFind(t *testing.T, logs *state.Logs, want []state.Line, from int64) {
	t.Helper()
	for _, text := range []string{"needle", "Needle", "absent", "Ü", "ü", "a", "x\ny", ""} {
		matches := func(l state.Line) bool {
			if text == "" || strings.Contains(text, "\n") {
				return false
			}
			return strings.Contains(l.Text, text) || text == "needle" && strings.Contains(l.Text, "Needle") || text == "a" && strings.Contains(l.Text, "A") || text == "ü" && strings.Contains(l.Text, "Ü")
		}
		var next, before int64
		count := 0
		for _, l := range want {
			if !matches(l) {
				continue
			}
			count++
			if l.Seq <= from {
				before = l.Seq
			}
			if l.Seq >= from && next == 0 {
				next = l.Seq
			}
		}
		needle := state.NewNeedle(text)
		if got, ok := logs.Find(needle, from, false); got != next || ok != (next > 0) {
			t.Errorf("%q after %d: %d, want %d", text, from, got, next)
		}
		if got, ok := logs.Find(needle, from, true); got != before || ok != (before > 0) {
			t.Errorf("%q before %d: %d, want %d", text, from, got, before)
		}
		if got, whole := state.NewMatches(needle).Count(logs, 1<<30, 1<<30); got != count || !whole {
			t.Errorf("%q: %d lines, want %d", text, got, count)
		}
	}
}

// TestMatchesGoOn counts with little at a time, while lines come and go.
func TestMatchesGoOn(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	m := &model{state: state.New(40_000)}
	needle := state.NewNeedle("needle")
	matches := state.NewMatches(needle)
	for round := range 200 {
		for range r.IntN(40) {
			m.emit(fmt.Sprint("m", r.IntN(5)), someText(r))
		}
		f := state.Filter{}
		if round > 150 {
			f.Machine = "m1"
		}
		logs := m.state.Logs(f)
		n, whole := matches.Count(logs, 1<<20, 300)
		for range 1000 {
			if whole {
				break
			}
			n, whole = matches.Count(logs, 1<<20, 300)
		}
		if want, _ := state.NewMatches(needle).Count(logs, 1<<20, 1<<30); n != want || !whole {
			t.Fatalf("round %d: %d, %v, want %d", round, n, whole, want)
		}
		if absent := state.NewNeedle("absent"); round%20 == 0 {
			none := state.NewMatches(absent)
			none.None(logs)
			if n, whole := none.Count(logs, 1000, 0); n != 0 || !whole {
				t.Fatalf("round %d: %d, %v", round, n, whole)
			}
			m.emit("m1", "absent no more")
			if n, whole := none.Count(m.state.Logs(f), 1000, 1<<30); n != 1 || !whole {
				t.Fatalf("round %d: %d, %v after one more", round, n, whole)
			}
			m.emit("m1", strings.Repeat("gone ", 20_000)) // too long to be kept
		}
		if n > 3 {
			if few, whole := state.NewMatches(needle).Count(logs, 3, 1<<30); few != 3 || whole {
				t.Fatalf("at most 3: %d, %v", few, whole)
			}
		}
	}
}

func TestNeedle(t *testing.T) {
	for _, c := range []struct {
		needle, text string
		want         [][2]int
	}{
		{"ab", "xAByab", [][2]int{{1, 3}, {4, 6}}},
		{"aB", "xAByaB", [][2]int{{4, 6}}},
		{"aa", "aaaaa", [][2]int{{0, 2}, {2, 4}}},
		{"[x", "a[X]", [][2]int{{1, 3}}},
		{"@`{", "@`{[", [][2]int{{0, 3}}},
		{"", "a", nil},
		{"long", "lo", nil},
		{"größe", "GRÖSSE, GRÖße und größe", [][2]int{{9, 16}, {21, 28}}},
		{"Größe", "größe", nil},
		{"ж", "\xffЖж", [][2]int{{1, 3}, {3, 5}}},
		{"ⱥ", "Ⱥⱥ", [][2]int{{2, 5}}}, // takes another number of bytes than its capital
	} {
		if got := state.NewNeedle(c.needle).In(c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q in %q: %v, want %v", c.needle, c.text, got, c.want)
		}
	}
	// Every byte at every offset: of ASCII only capitals are folded.
	for c := range 256 {
		for n := range 17 {
			text := strings.Repeat("_", n) + string([]byte{byte(c)}) + strings.Repeat("_", 9)
			small := []byte(text)
			if c >= 'A' && c <= 'Z' {
				small[n] += 'a' - 'A'
			}
			if got := state.NewNeedle(string(small)).In(text); len(got) != 1 && c != '\n' {
				t.Fatalf("%q is not in %q", small, text)
			}
			if got := state.NewNeedle(string(small)).In(strings.Replace(text, string([]byte{byte(c)}), "\x00", 1)); c != 0 && c != '_' && len(got) != 0 {
				t.Fatalf("%q is found where it is not", small)
			}
		}
	}
}
