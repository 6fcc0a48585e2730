package journal_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/fleet/run/plan"
)

var at = time.Date(2026, 11, 22, 12, 50, 7, 0, time.UTC)

const id = journal.ID("20261122T125007.250Z-3f9a1c")

func aPlan() *plan.Plan {
	return plan.New(plan.Input{Fleet: "minerals", Goal: engine.GoalSwitch, Engine: "fake", At: at, Hosts: []plan.Host{
		{Machine: fleet.Machine{Name: "cinnabar"}, WantedErr: errors.New("no")},
	}})
}

// story is the events of a run of two machines.
func story() []event.Event {
	bodies := []event.Body{
		event.RunStarted{Goal: "switch", Kind: "update", Plan: "p", Machines: []string{"cinnabar", "stibnite"}, Parallel: 2},
		event.HostPhase{Machine: "cinnabar", Phase: event.Connecting},
		event.HostPhase{Machine: "stibnite", Phase: event.Connecting},
		event.HostProgress{Machine: "cinnabar", Done: 1, Total: 2},
		event.Log{Machine: "cinnabar", Stream: "activate", Text: "one"},
		event.Log{Machine: "stibnite", Stream: "activate", Text: `says "machine":"cinnabar" and "type":"log"`},
		event.Log{Machine: "cinnabar", Stream: "activate", Text: "two"},
		event.HostResult{Machine: "stibnite", Outcome: event.Failed, Reason: "no"},
		event.RunInterrupted{Reason: "asked to stop"},
		event.HostResult{Machine: "cinnabar", Outcome: event.Updated, Current: "/nix/store/x"},
		event.RunFinished{Outcome: event.RunFailed, Counts: map[event.Outcome]int{event.Failed: 1, event.Updated: 1}},
	}
	var out []event.Event
	for i, b := range bodies {
		out = append(out, event.Event{Seq: int64(i + 1), Time: at.Add(time.Duration(i) * time.Second), Run: string(id), Body: b})
	}
	return out
}

// write records events and returns the state directory.
func write(t *testing.T, events []event.Event) string {
	t.Helper()
	dir := t.TempDir()
	j, err := journal.Create(dir, id, aPlan())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		j.Emit(e)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t *testing.T, dir, name string) *journal.Run {
	t.Helper()
	r, err := journal.Open(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// read returns what a run's record yields.
func read(r *journal.Run) (events []event.Event, problems []error) {
	for e, err := range r.Events() {
		if err != nil {
			problems = append(problems, err)
			continue
		}
		events = append(events, e)
	}
	return events, problems
}

func eventsPath(dir string) string {
	return filepath.Join(dir, "runs", string(id), "events.jsonl")
}

func TestRoundTrip(t *testing.T) {
	dir := write(t, story())
	r := open(t, dir, "last")
	got, problems := read(r)
	if problems != nil || !reflect.DeepEqual(got, story()) {
		t.Errorf("got %v, %v", got, problems)
	}
	p, err := r.Plan()
	if err != nil || !reflect.DeepEqual(p, aPlan()) {
		t.Errorf("plan %+v, %v", p, err)
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		st, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if err == nil && st.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, st.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestLog(t *testing.T) {
	r := open(t, write(t, story()), string(id))
	for machine, want := range map[string]int{"cinnabar": 2, "stibnite": 1, "": 3, "galena": 0} {
		n := 0
		for e, err := range r.Log(machine) {
			l, ok := e.Body.(event.Log)
			if err != nil || !ok || machine != "" && l.Machine != machine {
				t.Errorf("log of %q has %v, %v", machine, e, err)
			}
			n++
		}
		if n != want {
			t.Errorf("log of %q has %d lines, want %d", machine, n, want)
		}
	}
}

func TestSummary(t *testing.T) {
	s := open(t, write(t, story()), "last").Summary()
	want := journal.Summary{
		ID: id, Ending: journal.Finished, Start: at, End: at.Add(10 * time.Second),
		Started: story()[0].Body.(event.RunStarted), Outcome: event.RunFailed, Stopped: true,
		Counts:  map[event.Outcome]int{event.Failed: 1, event.Updated: 1},
		Results: []event.HostResult{story()[9].Body.(event.HostResult), story()[7].Body.(event.HostResult)},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got  %+v\nwant %+v", s, want)
	}
}

// TestTorn cuts the record at every byte, as a crash would: what is before
// the cut is read, and what was torn is neither an event nor an error.
func TestTorn(t *testing.T) {
	dir := write(t, story())
	whole, err := os.ReadFile(eventsPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, dir, "last")
	for n := range slices.Backward(whole) {
		if err := os.Truncate(eventsPath(dir), int64(n)); err != nil {
			t.Fatal(err)
		}
		got, problems := read(r)
		lines := strings.Count(string(whole[:n]), "\n")
		if problems != nil || len(got) != lines || lines > 0 && !reflect.DeepEqual(got, story()[:lines]) {
			t.Fatalf("cut at %d: %d events, %v", n, len(got), problems)
		}
		if n%11 != 0 {
			continue
		}
		s := r.Summary()
		if s.Ending != journal.Torn || len(s.Open)+len(s.Results) != min(lines, 1)*2 || s.Problems != nil {
			t.Fatalf("cut at %d: %+v", n, s)
		}
	}
	if err := os.Remove(eventsPath(dir)); err != nil {
		t.Fatal(err)
	}
	if s := open(t, dir, "last").Summary(); s.Ending != journal.Torn || s.Problems != nil {
		t.Errorf("without a record: %+v", s)
	}
}

func TestDamage(t *testing.T) {
	dir := write(t, story())
	text, err := os.ReadFile(eventsPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	lines[3] = "{\x00\n"
	lines[5] = strings.Repeat("x", event.MaxLine+10) + "\n"
	if err := os.WriteFile(eventsPath(dir), []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	r := open(t, dir, "last")
	got, problems := read(r)
	if len(got) != len(story())-2 || len(problems) != 2 {
		t.Fatalf("%d events, %v", len(got), problems)
	}
	if s := problems[0].Error(); !strings.Contains(s, "events.jsonl:4:") {
		t.Error(s)
	}
	if !errors.Is(problems[1], event.ErrTooLong) {
		t.Error(problems[1])
	}
	if s := r.Summary(); s.Ending != journal.Finished || len(s.Problems) != 2 {
		t.Errorf("%+v", s)
	}
}

// TestLive reads a run while it is written, and after its process is gone.
func TestLive(t *testing.T) {
	dir := t.TempDir()
	j, err := journal.Create(dir, id, aPlan())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range story()[:8] { // the last one is a result
		j.Emit(e)
	}
	r := open(t, dir, "last")
	if got, _ := read(r); len(got) != 8 {
		t.Errorf("%d events are there to read, want 8", len(got))
	}
	if s := r.Summary(); s.Ending != journal.Running || !reflect.DeepEqual(s.Open, []string{"cinnabar"}) {
		t.Errorf("%+v", s)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if s := r.Summary(); s.Ending != journal.Torn {
		t.Errorf("%+v", s)
	}
	j.Emit(story()[8])
	if j.Err() == nil {
		t.Error("an event after the end was lost in silence")
	}
	if err := j.Close(); err == nil {
		t.Error("the second Close has forgotten that")
	}
}

func TestOpenByName(t *testing.T) {
	dir := t.TempDir()
	if _, err := journal.Open(dir, "last"); !errors.Is(err, journal.ErrNoRun) {
		t.Errorf("of none: %v", err)
	}
	ids := []journal.ID{"20261122T125007.250Z-aaaaaa", "20261122T125007.250Z-bbbbbb", "20261123T000000.250Z-cccccc"}
	for _, id := range ids {
		j, err := journal.Create(dir, id, aPlan())
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]journal.ID{
		"last": ids[2], string(ids[0]): ids[0], "20261123": ids[2], "bbbbbb": ids[1],
		"20261122": "", "": "", "x": "", "../runs": "", "20261122T125007.250Z-": "",
	} {
		r, err := journal.Open(dir, name)
		switch {
		case want == "" && !errors.Is(err, journal.ErrNoRun):
			t.Errorf("%q: %v, %v", name, r, err)
		case want != "" && (err != nil || r.ID() != want):
			t.Errorf("%q: %v, %v", name, r, err)
		}
	}
	list, err := journal.List(dir, 2)
	if err != nil || len(list) != 2 || list[0].ID != ids[2] || list[1].ID != ids[1] {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := journal.Create(dir, ids[0], aPlan()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the same run twice: %v", err)
	}
	if _, err := journal.Create(dir, "../x", aPlan()); err == nil {
		t.Error("an id leads out of the directory")
	}
}

func TestLaterRunsSortLater(t *testing.T) {
	first, second := journal.NewID(at), journal.NewID(at.Add(time.Millisecond))
	if first >= second {
		t.Errorf("%s is not before %s", first, second)
	}
}

func TestNewID(t *testing.T) {
	seen := map[journal.ID]bool{}
	for range 100 {
		n := journal.NewID(at.In(time.FixedZone("", 3600)))
		if !strings.HasPrefix(string(n), "20261122T125007.000Z-") {
			t.Fatal(n)
		}
		seen[n] = true
	}
	if len(seen) < 99 {
		t.Errorf("%d different ids of 100", len(seen))
	}
}

// TestFullDisk writes to a device that has no room.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("not run: no /dev/full: ", err)
	}
	dir := t.TempDir()
	j, err := journal.Create(dir, id, aPlan())
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.WriteTo(j, "/dev/full"); err != nil {
		t.Fatal(err)
	}
	for _, e := range story() {
		j.Emit(e)
	}
	if err := j.Err(); err == nil || !strings.Contains(err.Error(), string(id)) {
		t.Errorf("Err is %v", err)
	}
	if err := j.Close(); err == nil {
		t.Error("Close has no error")
	}
}

func BenchmarkEmit(b *testing.B) {
	j, err := journal.Create(b.TempDir(), id, aPlan())
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	for _, e := range []event.Event{story()[4], story()[1], story()[9]} {
		b.Run(e.Type(), func(b *testing.B) {
			for b.Loop() {
				j.Emit(e)
			}
		})
	}
}

func BenchmarkLog(b *testing.B) {
	dir := b.TempDir()
	j, err := journal.Create(dir, id, aPlan())
	if err != nil {
		b.Fatal(err)
	}
	for n := range 100_000 {
		j.Emit(event.Event{Seq: int64(n + 1), Time: at, Run: string(id), Body: event.Log{
			Machine: fmt.Sprintf("h%03d", n%500), Stream: "activate", Text: "setting up /etc...",
		}})
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	r, err := journal.Open(dir, "last")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		for range r.Log("h123") {
			n++
		}
		if n != 200 {
			b.Fatal(n)
		}
	}
}
