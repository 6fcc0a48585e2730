package event_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"assay/fleet/run/event"
)

var update = flag.Bool("update", false, "write the golden file")

var at = time.Date(2026, 11, 22, 12, 50, 7, 123456789, time.UTC)

// every is one event of every type, and of every field a value.
func every() []event.Event {
	bodies := []event.Body{
		event.RunStarted{
			Goal: "switch", Kind: "update", Plan: "0123456789ab", Fleet: "minerals", Engine: "embedded",
			Machines: []string{"cinnabar", "stibnite"}, Operator: "cameron", Parallel: 10, Assay: "v0.1.0",
		},
		event.HostPhase{Machine: "cinnabar", Phase: event.Connecting},
		event.HostProgress{Machine: "cinnabar", Done: 10, Total: 20},
		event.Log{Machine: "cinnabar", Stream: "activate", Text: `a <b> & "c"`},
		event.HostResult{
			Machine: "cinnabar", Outcome: event.RolledBack, From: "/nix/store/a", To: "/nix/store/b", Current: "/nix/store/a",
			Profile: "/nix/store/a", Generation: 3, Reason: "verify: no", Hint: "look", Identity: true,
		},
		event.HostResult{Machine: "stibnite", Outcome: event.Skipped},
		event.RunInterrupted{Abandon: true, Reason: "given up"},
		event.RunFinished{Outcome: event.RunAbandonment, Counts: map[event.Outcome]int{event.Skipped: 1, event.RolledBack: 1}},
		event.Unknown{Name: "host_sang", Raw: []byte(`{"v":1,"seq":9,"time":"2026-11-22T12:50:07Z","run":"r","type":"host_sang","song":[1]}`)},
	}
	var out []event.Event
	for i, b := range bodies {
		out = append(out, event.Event{Seq: int64(i + 1), Time: at, Run: "r", Body: b})
	}
	out[len(out)-1].Time = at.Truncate(time.Second)
	return out
}

func TestGolden(t *testing.T) {
	var got []byte
	var err error
	for _, e := range every() {
		if got, err = event.Append(got, e); err != nil {
			t.Fatal(err)
		}
	}
	golden := filepath.Join("testdata", "events.jsonl")
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
		t.Errorf("encoded:\n%s\nwant:\n%s", got, want)
	}
	lines := bytes.SplitAfter(want, []byte("\n"))
	for i, e := range every() {
		d, err := event.Decode(lines[i])
		if err != nil {
			t.Errorf("line %d: %v", i+1, err)
			continue
		}
		if !reflect.DeepEqual(d, e) {
			t.Errorf("line %d decodes to\n%#v\nwant\n%#v", i+1, d, e)
		}
	}
}

func TestNewerEventsSurvive(t *testing.T) {
	for _, line := range []string{
		`{"v":2,"seq":3,"time":"2026-11-22T12:50:07Z","run":"r","type":"host_phase","machine":{"name":"x"}}`,
		`{"v":1,"seq":3,"time":"2026-11-22T12:50:07Z","run":"r","type":"weather","sky":"<blue>"}`,
	} {
		e, err := event.Decode([]byte(line + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := e.Body.(event.Unknown); !ok {
			t.Errorf("%T, want Unknown", e.Body)
		}
		again, err := event.Append(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		if string(again) != line+"\n" {
			t.Errorf("%s became %s", line, again)
		}
	}
	// A field that a later version adds is no reason to refuse.
	e, err := event.Decode([]byte(`{"v":1,"seq":3,"run":"r","type":"host_phase","machine":"m","phase":"dancing","to":"music"}`))
	if err != nil || e.Body != (event.HostPhase{Machine: "m", Phase: "dancing"}) {
		t.Errorf("%v, %v", e, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, line := range map[string]string{
		"nothing":      ``,
		"no object":    `[]`,
		"torn":         `{"v":1,"seq":1,"run":"r","type":"lo`,
		"no version":   `{"seq":1,"run":"r","type":"log","machine":"m"}`,
		"no seq":       `{"v":1,"run":"r","type":"log","machine":"m"}`,
		"no run":       `{"v":1,"seq":1,"type":"log","machine":"m"}`,
		"no type":      `{"v":1,"seq":1,"run":"r","machine":"m"}`,
		"no machine":   `{"v":1,"seq":1,"run":"r","type":"log","text":"x"}`,
		"long machine": `{"v":1,"seq":1,"run":"r","type":"log","machine":"` + strings.Repeat("m", 300) + `"}`,
		"wrong field":  `{"v":1,"seq":1,"run":"r","type":"host_result","machine":"m","generation":"three"}`,
		"two":          `{"v":1,"seq":1,"run":"r","type":"run_interrupted"}{}`,
	} {
		if e, err := event.Decode([]byte(line)); err == nil {
			t.Errorf("%s: got %v, want an error", name, e)
		}
	}
	if _, err := event.Decode(make([]byte, event.MaxLine+2)); !errors.Is(err, event.ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
}

func TestLimits(t *testing.T) {
	long := strings.Repeat("é", event.MaxText)
	line, err := event.Append(nil, event.Event{Seq: 1, Run: "r", Body: event.Log{Machine: "m", Text: long}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := event.Decode(line)
	if err != nil {
		t.Fatal(err)
	}
	text := e.Body.(event.Log).Text
	if len(text) > event.MaxText || !strings.HasSuffix(text, "é...") {
		t.Errorf("%d bytes, ends in %q", len(text), text[len(text)-8:])
	}
	huge := event.RunStarted{Machines: []string{strings.Repeat("m", event.MaxLine)}}
	if _, err := event.Append(nil, event.Event{Seq: 1, Run: "r", Body: huge}); !errors.Is(err, event.ErrTooLong) {
		t.Errorf("huge: %v", err)
	}
	if _, err := event.Append(nil, event.Event{Seq: 1, Run: "r"}); err == nil {
		t.Error("an event without a body was encoded")
	}
}

type failing struct{ err error }

func (failing) Emit(event.Event) {}
func (f failing) Err() error     { return f.err }

func TestTee(t *testing.T) {
	var a, b []int64
	full := errors.New("full")
	s := event.Tee(
		event.SinkFunc(func(e event.Event) { a = append(a, e.Seq) }), nil, failing{}, failing{full},
		event.SinkFunc(func(e event.Event) { b = append(b, e.Seq) }))
	s.Emit(event.Event{Seq: 1})
	s.Emit(event.Event{Seq: 2})
	if want := []int64{1, 2}; !reflect.DeepEqual(a, want) || !reflect.DeepEqual(b, want) {
		t.Errorf("%v %v", a, b)
	}
	if !errors.Is(s.Err(), full) {
		t.Errorf("Err is %v", s.Err())
	}
	if err := event.Tee(failing{}).Err(); err != nil {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, e := range every() {
		line, err := event.Append(nil, e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Add([]byte(`{"v":7,"seq":1,"run":"r","type":"x"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := event.Decode(line)
		if err != nil {
			return
		}
		// What decodes can be written, and what was written stays the same.
		first, err := event.Append(nil, e)
		if err != nil {
			if e.Time.Year() > 9999 || e.Time.Year() < 0 {
				return
			}
			t.Fatalf("%q decodes but: %v", line, err)
		}
		again, err := event.Decode(first)
		if err != nil {
			t.Fatalf("%q was written as %q: %v", line, first, err)
		}
		second, err := event.Append(nil, again)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%q then %q (%v)", first, second, err)
		}
		if bytes.Count(first, []byte("\n")) != 1 {
			t.Fatalf("%q is not one line", first)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	e := every()[3]
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = event.Append(buf[:0], e)
	}
}

func BenchmarkDecode(b *testing.B) {
	line, _ := event.Append(nil, every()[3])
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := event.Decode(line); err != nil {
			b.Fatal(err)
		}
	}
}
