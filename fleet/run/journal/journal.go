// Package journal keeps the record of every run on disk and reads it back.
//
// A run is a directory, <state>/runs/<run id>/, of mode 0700:
//
//	plan.json     what was approved
//	events.jsonl  every event of the run, one line each, log lines among them
//	lock          held (flock) by the process that works on the run
//
// events.jsonl is complete and it is the only copy: the log of one machine is
// read by going through it, which costs milliseconds for a thousand hosts and
// cannot disagree with anything. What was emitted reaches the operating
// system with the next event that is not a log line or progress, so that
// killing the process loses nothing that a host depends on; results of hosts
// are brought to the disk soon after, the end of the run before Close
// returns. A last line that was torn by a crash is left out when reading.
//
// A Journal may be used by several goroutines at once. A Run only reads and
// may be opened while its journal is written.
package journal

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"assay/fleet/run/event"
	"assay/fleet/run/plan"
)

const (
	runsDir    = "runs"
	eventsFile = "events.jsonl"
	planFile   = "plan.json"
	lockFile   = "lock"
)

// ID names a run, "20261122T125007.250Z-3f9a1c". IDs sort by time.
type ID string

var idForm = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}\.[0-9]{3}Z-[0-9a-f]{6}$`)

// NewID returns an id for a run that starts at that time.
func NewID(at time.Time) ID {
	var b [3]byte
	rand.Read(b[:]) // never fails, as crypto/rand documents
	return ID(at.UTC().Format("20060102T150405.000Z") + "-" + hex.EncodeToString(b[:]))
}

// Journal writes the record of one run. It is an event.Failing sink.
type Journal struct {
	dir  string
	lock *flock.Flock

	mu     sync.Mutex
	file   *os.File
	buf    *bufio.Writer
	line   []byte
	err    error // the first one; nothing is written after it
	closed bool

	sync chan struct{} // asks for an fsync, at most one waiting
	done sync.WaitGroup
}

// Create makes the directory of a new run in the state directory dir and
// takes its lock.
func Create(dir string, id ID, p *plan.Plan) (*Journal, error) {
	if !idForm.MatchString(string(id)) {
		return nil, fmt.Errorf("journal: %q is no id of a run", id)
	}
	runs := filepath.Join(dir, runsDir)
	if err := os.MkdirAll(runs, 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	j := &Journal{dir: filepath.Join(runs, string(id)), sync: make(chan struct{}, 1)}
	if err := os.Mkdir(j.dir, 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if err := j.open(p); err != nil {
		return nil, fmt.Errorf("journal of run %s: %w", id, err)
	}
	j.done.Go(j.syncer)
	return j, nil
}

func (j *Journal) open(p *plan.Plan) error {
	j.lock = flock.New(filepath.Join(j.dir, lockFile), flock.SetPermissions(0o600))
	// The directory is new: at most a reader that looks whether the run is
	// live holds the lock, for a moment.
	if err := j.lock.Lock(); err != nil {
		return fmt.Errorf("take its lock: %w", err)
	}
	err := j.writePlan(p)
	if err == nil {
		j.file, err = os.OpenFile(filepath.Join(j.dir, eventsFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	}
	if err != nil {
		return errors.Join(err, j.lock.Close())
	}
	j.buf = bufio.NewWriterSize(j.file, 64<<10)
	return nil
}

func (j *Journal) writePlan(p *plan.Plan) error {
	file, err := renameio.NewPendingFile(filepath.Join(j.dir, planFile), renameio.WithTempDir(j.dir), renameio.WithPermissions(0o600), renameio.IgnoreUmask())
	if err != nil {
		return err
	}
	defer file.Cleanup()
	buf := bufio.NewWriterSize(file, 64<<10)
	if err := errors.Join(p.Encode(buf), buf.Flush()); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}

// Dir is the run's directory.
func (j *Journal) Dir() string { return j.dir }

// Emit adds the event. After a failure it does nothing; Err tells.
func (j *Journal) Emit(e event.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return
	}
	if j.closed {
		j.err = errors.New("an event came after the end")
		return
	}
	if j.err = j.write(e); j.err != nil {
		j.err = fmt.Errorf("journal %s: %w", j.dir, j.err)
	}
}

func (j *Journal) write(e event.Event) error {
	line, err := event.Append(j.line[:0], e)
	if err != nil {
		return err
	}
	j.line = line[:0]
	if cap(j.line) > 64<<10 {
		j.line = nil
	}
	if _, err := j.buf.Write(line); err != nil {
		return err
	}
	switch e.Body.(type) {
	case event.Log, event.HostProgress:
		return nil
	case event.HostResult:
		select {
		case j.sync <- struct{}{}:
		default: // one is asked for already and will cover this event
		}
	}
	return j.buf.Flush()
}

// syncer brings to the disk what was asked for, several results at once when
// they come faster than the disk is.
func (j *Journal) syncer() {
	for range j.sync {
		if err := j.file.Sync(); err != nil {
			j.fail(err)
		}
	}
}

func (j *Journal) fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.err = fmt.Errorf("journal %s: %w", j.dir, err)
	}
}

// Err is the first error of writing, or nil.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// Close brings everything to the disk, gives the lock back and returns Err.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		defer j.mu.Unlock()
		return j.err
	}
	j.closed = true
	flushed := j.buf.Flush()
	close(j.sync)
	j.mu.Unlock()

	j.done.Wait()
	for _, err := range []error{flushed, j.file.Sync(), j.file.Close(), j.lock.Close()} {
		if err != nil {
			j.fail(err)
		}
	}
	return j.Err()
}
