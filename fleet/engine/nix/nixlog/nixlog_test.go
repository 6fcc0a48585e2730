package nixlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host"
)

const (
	drvA = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-openssh-9.9p1.drv"
	drvB = "/nix/store/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz-nixos-system-galena-24.11.drv"
)

func TestDecode(t *testing.T) {
	for in, want := range map[string]Record{
		`@nix {"action":"stop","id":18014398509481985}`:                            {Action: Stop, ID: 1<<54 + 1},
		`@nix {"action":"stop","id":"18446744073709551615"}` + "\r\n":              {Action: Stop, ID: 1<<64 - 1},
		`@nix {"action":"start","id":-1,"level":99,"type":1e3,"text":{},"x":[[]]}`: {Action: Start, Level: 7},
		`@nix {"action":"result","id":1,"type":105,"fields":[1,"2",null,[3],-4,"a"]}`: {Action: Result, ID: 1, Type: Progress,
			Fields: []Field{{Number: 1}, {Number: 2, Text: "2"}, {}, {}, {}, {Text: "a"}}},
		`@nix {"action":"result","id":1,"fields":"none"}`:                                              {Action: Result, ID: 1},
		`@nix {"action":"unheard of","id":1}`:                                                          {Action: "unheard of", ID: 1},
		`@nix {"action":"msg","level":0,"msg":"m","line":null,"column":7,"file":null,"trace":"x"}`:     {Action: Message, Message: "m", Place: Place{Column: 7}},
		`@nix {"action":"msg","raw_msg":"r","file":"f","line":"3","trace":[{"raw_msg":"w","line":2}]}`: {Action: Message, Raw: "r", Place: Place{File: "f", Line: 3}, Trace: []Place{{Text: "w", Line: 2}}},
		"@nix {\"action\":\"start\",\"text\":\"a\xffb\"}":                                              {Action: Start, Text: "a\ufffdb"},
	} {
		got, ok := Decode([]byte(in))
		if got.Raw == "" {
			got.Raw = want.Raw
		}
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %+v, %v\nwant %+v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "@nix", "@nix ", "@nix {", "@nix []", "@nix {}", `@nix {"action":7}`, " @nix {\"action\":\"stop\"}", "@nixx {\"action\":\"stop\"}", `@nix {"action":"stop"} x`} {
		if r, ok := Decode([]byte(in)); ok {
			t.Errorf("%q is %+v", in, r)
		}
	}
	var none Record
	if none.Number(3) != 0 || none.String(0) != "" {
		t.Error("fields that are not there")
	}
}

// builds is what Nix says of builds, by the ids of its activities.
func builds(id uint64, drv string) string {
	return fmt.Sprintf(`@nix {"action":"start","id":%d,"type":105,"level":3,"text":"","fields":[%q,"",1,1]}`+"\n", id, drv)
}

func counts(id uint64, done, expected, running, failed int) string {
	return fmt.Sprintf(`@nix {"action":"result","id":%d,"type":105,"fields":[%d,%d,%d,%d]}`+"\n", id, done, expected, running, failed)
}

func stop(id uint64) string { return fmt.Sprintf(`@nix {"action":"stop","id":%d}`+"\n", id) }

// TestSeveralProcesses: their ids are the same, and mean different things.
func TestSeveralProcesses(t *testing.T) {
	var steps []engine.Step
	v := NewView(map[string][]string{drvA: {"galena", "pyrite"}, drvB: {"galena"}}, func(s engine.Step) { steps = append(steps, s) })
	one, two := v.Follow(), v.Follow()
	both := `@nix {"action":"start","id":1,"type":104}` + "\n"
	for _, w := range []struct {
		f    *Follower
		text string
	}{
		{one, both}, {two, both},
		{one, builds(2, drvA)}, {one, counts(1, 0, 1, 1, 0)},
		{two, builds(2, drvB)}, {two, counts(1, 0, 1, 1, 0)},
		{one, counts(1, 0, 0, 0, 1)}, {one, stop(2)},
		{two, counts(1, 1, 1, 0, 0)}, {two, stop(2)},
	} {
		if _, err := w.f.Write([]byte(w.text)); err != nil {
			t.Fatal(err)
		}
	}
	want := []engine.Step{
		{Kind: engine.StepBuild, What: "openssh-9.9p1", Machines: []string{"galena", "pyrite"}},
		{Kind: engine.StepTotal, Total: 1},
		{Kind: engine.StepBuild, What: "nixos-system-galena-24.11", Machines: []string{"galena"}},
		{Kind: engine.StepTotal, Total: 2},
		{Kind: engine.StepFailed, What: "openssh-9.9p1", Machines: []string{"galena", "pyrite"}},
		{Kind: engine.StepBuilt, What: "nixos-system-galena-24.11", Machines: []string{"galena"}},
		{Kind: engine.StepTotal, Done: 1, Total: 2},
	}
	if !reflect.DeepEqual(steps, want) {
		t.Errorf("got  %+v\nwant %+v", steps, want)
	}
	if got := v.Totals(); got != (Totals{Built: 1, Expected: 1, Failed: 1}) {
		t.Errorf("%+v", got)
	}
	if len(one.Failures()) != 1 || len(two.Failures()) != 0 || len(v.Failures()) != 1 {
		t.Error(v.Failures())
	}
}

// TestOutcomesThatNixDoesNotSay: two builds ran, one failed, and no message
// says which.
func TestOutcomesThatNixDoesNotSay(t *testing.T) {
	log := `@nix {"action":"start","id":1,"type":104}` + "\n" + builds(2, drvA) + counts(1, 0, 2, 1, 0) + builds(3, drvB) + counts(1, 0, 2, 2, 0) +
		counts(1, 0, 2, 1, 1) + counts(1, 1, 2, 0, 1) + stop(2) + stop(3) + stop(1)
	v, f, steps := read(t, []byte(log), 100, nil)
	for _, failure := range v.Failures() {
		if failure.Status != Unknown {
			t.Errorf("%+v", failure)
		}
	}
	if len(v.Failures()) != 2 || slices.ContainsFunc(steps, func(s engine.Step) bool { return s.Kind == engine.StepBuilt || s.Kind == engine.StepFailed }) {
		t.Errorf("%+v, %+v", v.Failures(), steps)
	}
	if n, err := f.Write([]byte("late\n")); n != 5 || err != nil || len(f.Tail()) != 0 {
		t.Error("written after the end")
	}
}

// TestWordings are errors that no log here has, of the sources of Nix and Lix.
func TestWordings(t *testing.T) {
	for in, want := range map[string]Status{
		"builder for '%s' failed with exit code 1;\nlast 2 log lines:\n> a\n> b\nFor full logs, run:\n\tnix log x": Failed,
		"builder for '%s' failed due to signal 9 (Killed)":                                                         Failed,
		"builder for '%s' failed on remote builder":                                                                Failed,
		"Cannot build '%s'.\nReason: builder failed with exit code 1.":                                             Failed,
		"Cannot build '%s^out'.\nReason: 12 dependencies failed.":                                                  Dependency,
		"1 dependencies of derivation '%s' failed to build":                                                        Dependency,
		"building of '%s!dev,out' from .drv file timed out after 5 seconds of silence":                             Failed,
		"building of '%s^*' from .drv file killed after writing more than 10 bytes of log output":                  Failed,
		"derivation '%s' may not be deterministic: output '/nix/store/x' differs":                                  Failed,
		"build of '%s', '" + drvB + "' failed":                                                                     "",
		"path '%s' is not valid":                                                                                   "",
		"builder for 'relative.drv' failed":                                                                        "",
	} {
		drv, status := blame(strings.Replace(in, "%s", drvA, 1))
		if status != want || (drv == drvA) != (want != "") {
			t.Errorf("%q: %q, %q", in, drv, status)
		}
	}
}

// TestQuotedLog: what a builder prints accuses nobody, wherever it stands.
func TestQuotedLog(t *testing.T) {
	quoted := "builder for '" + drvA + "' failed with exit code 1;\nlast 3 log lines:\n> a\n> 1 dependencies of derivation '" + drvB +
		"' failed to build\n>\nFor full logs, run:\n\tnix log " + drvA + "\nnote: the disk is full"
	text, err := json.Marshal("\x1b[31;1merror:\x1b[0m " + quoted)
	if err != nil {
		t.Fatal(err)
	}
	log := `@nix {"action":"msg","level":0,"msg":` + string(text) + "}\n"
	v, f, _ := read(t, []byte(log), 100, nil)
	want := []Failure{{drvA, Failed, "builder for '" + drvA + "' failed with exit code 1\nnote: the disk is full",
		[]string{"a", "1 dependencies of derivation '" + drvB + "' failed to build", ""}}}
	if got := v.Failures(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got := f.Tail(); len(got) != 2 || got[1] != "note: the disk is full" {
		t.Errorf("%q", got)
	}
}

// TestNoise: what is no record is text for the user, and harms nothing.
func TestNoise(t *testing.T) {
	log := "Warning: Permanently added 'h1'\n" +
		"\x1b[31mred\x1b[0m\r\n" +
		"10%\r20%\r\n" +
		"no newline" + builds(1, drvA) +
		"@nix {broken\n" +
		"\xff\xfe\n\n" +
		`@nix {"action":"result","id":1,"type":101,"fields":["half\rwhole \u001b]0;x\u0007\u202e!"]}` + "\n" +
		`@nix {"action":"result","id":1,"type":104,"fields":["installPhase"]}` + "\n" +
		`@nix {"action":"result","id":77,"type":104,"fields":["of nothing"]}` + "\n" +
		`@nix {"action":"start","id":5,"type":111,"level":1,"text":"waiting for a machine"}` + "\n" +
		`@nix {"action":"start","id":6,"type":105,"fields":["not a derivation"]}` + "\n" + stop(6) + stop(6) +
		strings.Repeat("x", lineLimit+5000) + "\n" +
		"@nix " + `{"action":"msg","level":1,"msg":"` + strings.Repeat("y", lineLimit) + `"}` + "\n" +
		"last"
	_, f, steps := read(t, []byte(log), 1000, nil)
	long := func(s string) string { return s[:host.LineLimit] + "…" }
	tail := []string{
		"Warning: Permanently added 'h1'", "red", "20%", "no newline", "@nix {broken", "\ufffd\ufffd",
		long(strings.Repeat("x", lineLimit)), long(`@nix {"action":"msg","level":1,"msg":"` + strings.Repeat("y", lineLimit)), "last",
	}
	if got := f.Tail(); !slices.Equal(got, tail) {
		t.Errorf("tail %.300q", got)
	}
	for _, want := range []engine.Step{
		{Kind: engine.StepBuild, What: "openssh-9.9p1"},
		{Kind: engine.StepLog, What: "openssh-9.9p1", Text: "whole !"},
		{Kind: engine.StepBuild, What: "openssh-9.9p1", Phase: "installPhase"},
		{Kind: engine.StepWait, Text: "waiting for a machine"},
	} {
		if !slices.ContainsFunc(steps, func(s engine.Step) bool { return reflect.DeepEqual(s, want) }) {
			t.Errorf("no %+v in %.2000v", want, steps)
		}
	}
	if got := f.Failures(); len(got) != 1 || got[0].Status != Unfinished || !slices.Equal(got[0].Lines, []string{"whole !"}) {
		t.Errorf("%+v", got)
	}
}

// TestSubstitution says one of three activities that move the same bytes.
func TestSubstitution(t *testing.T) {
	path := "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-openssh"
	log := `@nix {"action":"start","id":1,"type":101,"fields":["https://cache/0123.narinfo"]}` + "\n" + stop(1) +
		fmt.Sprintf(`@nix {"action":"start","id":2,"type":108,"fields":[%q,"https://cache"]}`+"\n", path) +
		fmt.Sprintf(`@nix {"action":"start","id":3,"parent":2,"type":100,"fields":[%q,"https://cache","local"]}`+"\n", path) +
		`@nix {"action":"start","id":4,"parent":3,"type":101,"fields":["https://cache/nar/1.nar.xz"]}` + "\n" +
		counts(4, 10<<20, 10<<20, 0, 0) + stop(4) + counts(3, 5<<20, 40<<20, 0, 0) + counts(3, 40<<20, 40<<20, 0, 0) + stop(3) + stop(2)
	v, _, steps := read(t, []byte(log), 64, nil)
	want := []engine.Step{
		{Kind: engine.StepFetch, What: path},
		{Kind: engine.StepFetch, What: path, Done: 5 << 20, Total: 40 << 20},
		{Kind: engine.StepFetch, What: path, Done: 40 << 20, Total: 40 << 20},
	}
	if !reflect.DeepEqual(steps, want) {
		t.Errorf("%+v", steps)
	}
	if got := v.Totals(); got != (Totals{Done: 40 << 20, Size: 40 << 20}) {
		t.Errorf("%+v", got)
	}
}

// TestFewSteps: a transfer has few steps however Nix counts.
func TestFewSteps(t *testing.T) {
	for _, size := range []int{0, 1, 1 << 40} {
		log := `@nix {"action":"start","id":1,"type":101,"fields":["https://a/b"]}` + "\n"
		for i := range 4000 {
			log += counts(1, i*i*1000, size, 0, 0)
		}
		log += stop(1)
		_, _, steps := read(t, []byte(log), 4096, nil)
		if last := steps[len(steps)-1]; len(steps) > 20 || len(steps) < 2 || last.Done != 3999*3999*1000 {
			t.Errorf("%d: %d steps, last %+v", size, len(steps), last)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	text, err := os.ReadFile("testdata/2.34.8/dep.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	v := NewView(nil, func(engine.Step) { n++ })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			f := v.Follow()
			for line := range bytes.Lines(text) {
				_, _ = f.Write(line)
				_, _, _ = f.Tail(), v.Totals(), v.Failures()
			}
			_ = f.Close()
		})
	}
	wg.Wait()
	_, _, steps := read(t, text, 4096, nil)
	if got := len(v.Failures()); got != 4 || v.Totals().Failed != 16 || n < 8*(len(steps)-10) {
		t.Errorf("%d failures, %+v, %d steps", got, v.Totals(), n)
	}
}

func FuzzFollower(f *testing.F) {
	for _, name := range []string{"2.8.0/dep", "2.34.8/mixed", "2.26.3/trace", "2.26.3/timeout"} {
		text, err := os.ReadFile("testdata/" + name + ".jsonl")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(counts(1, 1, 1, 1, 1) + builds(1, drvA) + "x" + builds(1, drvB) + stop(1)))
	f.Fuzz(func(t *testing.T, log []byte) {
		v, one, steps := read(t, log, 1000, map[string][]string{drvA: {"galena"}})
		var text []string
		for _, s := range steps {
			text = append(text, s.What, s.Phase, s.Text)
			if s.Done < 0 || s.Total < 0 {
				t.Errorf("%+v", s)
			}
		}
		for _, failure := range v.Failures() {
			text = append(append(text, failure.Lines...), failure.Derivation)
			if host.Sanitize(failure.Message) != failure.Message || failure.Status == "" || len(failure.Lines) > tailLines {
				t.Errorf("%+v", failure)
			}
		}
		for _, e := range v.EvalErrors() {
			if text = append(text, e.File); host.Sanitize(e.Error()) != e.Error() {
				t.Errorf("%q", e)
			}
			for _, p := range e.Trace {
				text = append(text, p.File, p.Text)
			}
		}
		for _, s := range append(text, one.Tail()...) {
			if host.Sanitize(s) != s || strings.Contains(s, "\n") || len(s) > host.LineLimit+len("…") {
				t.Errorf("%q", s)
			}
		}
	})
}

func BenchmarkFollow(b *testing.B) {
	text, err := os.ReadFile("testdata/2.34.8/copy-big-ssh-ng.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		f := NewView(nil, nil).Follow()
		_, _ = f.Write(text)
		_ = f.Close()
	}
	b.ReportMetric(float64(bytes.Count(text, []byte("\n"))*b.N)/b.Elapsed().Seconds(), "lines/s")
}
