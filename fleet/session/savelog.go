package session

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/google/renameio/v2"

	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/journal"
)

// logTime is how a saved log tells times, in UTC.
const logTime = "2006-01-02T15:04:05.000Z"

// ErrNoLog is returned where there are no log lines to save.
var ErrNoLog = errors.New("nothing was printed")

// SaveLog writes the complete log of a recorded run as text into the run's
// directory, log.txt or log-MACHINE.txt, and returns its path. With machine ""
// it is that of all machines, in the order of the run, with their names. It is
// read from the record, not from what a console keeps of it; of a run that
// goes on it has what is on the disk. Each line of the log is one line of the
// file and free of control characters; a line of the record that could not be
// read is told at its place.
func (s *Session) SaveLog(ctx context.Context, run, machine string) (path string, err error) {
	r, err := s.Run(run)
	if err != nil {
		return "", err
	}
	path = filepath.Join(r.Dir(), logFile(machine))
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(r.Dir()), renameio.WithPermissions(0o600), renameio.IgnoreUmask())
	if err != nil {
		return "", fmt.Errorf("save the log: %w", err)
	}
	defer file.Cleanup()
	buf := bufio.NewWriterSize(file, 64<<10)
	n, err := writeLog(ctx, buf, r, machine)
	switch {
	case err != nil:
	case n == 0 && machine != "":
		err = fmt.Errorf("%w by %s in run %s", ErrNoLog, machine, r.ID())
	case n == 0:
		err = fmt.Errorf("%w in run %s", ErrNoLog, r.ID())
	default:
		err = errors.Join(buf.Flush(), file.CloseAtomicallyReplace())
	}
	if err != nil {
		return "", fmt.Errorf("save the log: %w", err)
	}
	return path, nil
}

// logFile is the name of a machine's log. The name of a machine may come from
// anywhere; what is no part of a file's name is escaped.
func logFile(machine string) string {
	if machine == "" {
		return "log.txt"
	}
	name := url.PathEscape(machine)
	return "log-" + name[:min(len(name), 200)] + ".txt"
}

// writeLog writes the log lines and returns how many there were.
func writeLog(ctx context.Context, w io.Writer, r *journal.Run, machine string) (n int, err error) {
	wide := 0
	if machine == "" {
		for _, name := range r.Summary().Started.Machines {
			wide = max(wide, utf8.RuneCountInString(name))
		}
	}
	for e, problem := range r.Log(machine) {
		if ctx.Err() != nil {
			return n, context.Cause(ctx)
		}
		if problem != nil {
			_, err = fmt.Fprintf(w, "assay: %s\n", oneLine(problem.Error()))
		} else {
			n++
			err = writeLine(w, e, machine == "", wide)
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func writeLine(w io.Writer, e event.Event, named bool, wide int) error {
	b := e.Body.(event.Log) // Run.Log yields nothing else
	at, text := e.Time.UTC().Format(logTime), oneLine(b.Text)
	if !named {
		_, err := fmt.Fprintf(w, "%s  %s\n", at, text)
		return err
	}
	_, err := fmt.Fprintf(w, "%s  %-*s  %s\n", at, wide, oneLine(b.Machine), text)
	return err
}

func oneLine(text string) string {
	return strings.ReplaceAll(host.Sanitize(text), "\n", " ")
}
