package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"assay/fleet/run/event"
	"assay/fleet/run/plan"
)

// ErrNoRun is returned when no run has the name that was asked for.
var ErrNoRun = errors.New("no such run")

// Run is one recorded run.
type Run struct {
	id  ID
	dir string
}

// IDs returns the recorded runs of the state directory, the newest first.
func IDs(dir string) ([]ID, error) {
	entries, err := os.ReadDir(filepath.Join(dir, runsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var ids []ID
	for _, e := range entries {
		if e.IsDir() && idForm.MatchString(e.Name()) {
			ids = append(ids, ID(e.Name()))
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids, nil
}

// Open opens a run by its id, a beginning of it that fits only one, its last
// part, or "last".
func Open(dir, name string) (*Run, error) {
	ids, err := IDs(dir)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("%w: there is none yet", ErrNoRun)
	}
	if name == "last" {
		return runOf(dir, ids[0]), nil
	}
	var found []ID
	for _, id := range ids {
		if string(id) == name {
			return runOf(dir, id), nil
		}
		if _, suffix, _ := strings.Cut(string(id), "-"); name != "" && (strings.HasPrefix(string(id), name) || suffix == name) {
			found = append(found, id)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%w: %q; hint: assay runs lists them", ErrNoRun, name)
	case 1:
		return runOf(dir, found[0]), nil
	}
	return nil, fmt.Errorf("%w: %q fits %d runs, %s and %s among them", ErrNoRun, name, len(found), found[0], found[1])
}

func runOf(dir string, id ID) *Run { return &Run{id, filepath.Join(dir, runsDir, string(id))} }

// ID is the run's id.
func (r *Run) ID() ID { return r.id }

// Dir is the run's directory.
func (r *Run) Dir() string { return r.dir }

// Plan reads the plan that the run was to apply.
func (r *Run) Plan() (*plan.Plan, error) {
	text, err := os.ReadFile(filepath.Join(r.dir, planFile))
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", r.id, err)
	}
	p, err := plan.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", r.id, err)
	}
	return p, nil
}

// Live reports whether a process works on the run.
func (r *Run) Live() bool {
	path := filepath.Join(r.dir, lockFile)
	if _, err := os.Stat(path); err != nil {
		return false // the lock is taken before the first event is written
	}
	l := flock.New(path, flock.SetFlag(os.O_RDONLY))
	ok, err := l.TryRLock()
	if ok {
		l.Close() // an error would be one of closing a file that was only read
	}
	return err == nil && !ok
}

// Events goes through the events in their order. A broken line in the middle
// is yielded as an error with its number, and the iteration goes on.
func (r *Run) Events() iter.Seq2[event.Event, error] {
	return r.events(func([]byte) bool { return true })
}

// Log goes through the log lines of one machine, or of all with "".
func (r *Run) Log(machine string) iter.Seq2[event.Event, error] {
	isLog := []byte(`"type":"log"`)
	name, _ := json.Marshal(machine) // a string always has a JSON form
	of := append([]byte(`"machine":`), name...)
	seq := r.events(func(line []byte) bool {
		return bytes.Contains(line, isLog) && (machine == "" || bytes.Contains(line, of))
	})
	return func(yield func(event.Event, error) bool) {
		for e, err := range seq {
			if _, ok := e.Body.(event.Log); err == nil && (!ok || machine != "" && e.Machine() != machine) {
				continue // the words stood in a text
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// events decodes the lines that want lets through.
func (r *Run) events(want func(line []byte) bool) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		f, err := os.Open(filepath.Join(r.dir, eventsFile))
		if errors.Is(err, fs.ErrNotExist) {
			return // the process ended before the first event
		}
		if err != nil {
			yield(event.Event{}, fmt.Errorf("run %s: %w", r.id, err))
			return
		}
		defer f.Close()
		for line, err := range lines(f) {
			if err == nil && !want(line.text) {
				continue
			}
			var e event.Event
			if err == nil {
				e, err = event.Decode(line.text)
			}
			if err != nil {
				err = fmt.Errorf("run %s: %s:%d: %w", r.id, eventsFile, line.number, err)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

type numbered struct {
	number int
	text   []byte // valid until the next one
}

// lines goes through the whole lines of r. What follows the last newline was
// torn off and is left out. A line that is too long is an error of its own.
func lines(r io.Reader) iter.Seq2[numbered, error] {
	return func(yield func(numbered, error) bool) {
		in := bufio.NewReaderSize(r, 64<<10)
		var long []byte
		for n := 1; ; n++ {
			long = long[:0]
			part, err := in.ReadSlice('\n')
			for err == bufio.ErrBufferFull {
				if len(long) <= event.MaxLine {
					long = append(long, part...)
				}
				part, err = in.ReadSlice('\n')
			}
			switch {
			case err == io.EOF:
				return
			case err != nil:
				yield(numbered{number: n}, err)
				return
			}
			if len(long) > 0 {
				long = append(long, part...)
				part = long
			}
			var tooLong error
			if len(part) > event.MaxLine {
				part, tooLong = nil, event.ErrTooLong
			}
			if !yield(numbered{n, part}, tooLong) {
				return
			}
		}
	}
}
