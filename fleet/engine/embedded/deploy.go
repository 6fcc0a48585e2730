package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"

	"assay/fleet/engine"
	"assay/fleet/host"
)

// Activate runs the system's own activate script on the host. Besides
// engine.ErrMoved and engine.ErrGoal its errors are those of the connection,
// with the host's reason.
func (e *Engine) Activate(ctx context.Context, conn host.Conn, a engine.Activation, log func(line string)) error {
	what := fmt.Sprintf("activate %s on %s", path.Base(a.System), a.Machine)
	if err := a.Check(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	out := host.NewLineWriter(maxLine, atMost(maxLines, log))
	err := conn.Run(ctx, host.Command{
		Script: preludeSh + runSh,
		Args:   []string{a.System, string(a.Goal), a.Class, a.Expect, strconv.Itoa(a.Generation)},
		Stdout: out,
	})
	out.Flush()
	return explain(what, err)
}

// Confirm does nothing: what Activate did has lasted since, and a rollout
// that does not like it activates the former system.
func (e *Engine) Confirm(context.Context, host.Conn, engine.Activation, func(string)) error {
	return nil
}

const (
	maxLine  = 2 << 10 // bytes of one logged line
	maxLines = 20_000  // lines of one activation
)

// atMost passes on the first lines; in place of the last it says that there
// are more. It is not for several goroutines at once.
func atMost(n int, log func(line string)) func(line string) {
	return func(line string) {
		n--
		switch {
		case log == nil || n < 0:
		case n == 0:
			log("(more lines than are kept; the rest is dropped)")
		default:
			log(line)
		}
	}
}

// Record reads and checks the record.json of a system on the host.
func (e *Engine) Record(ctx context.Context, conn host.Conn, p string) (engine.Record, error) {
	if err := engine.CheckPath(p); err != nil {
		return engine.Record{}, fmt.Errorf("read the record: %w", err)
	}
	what := "read the record of " + path.Base(p)
	answer := limited{limit: maxRecord}
	if err := runLimited(ctx, conn, host.Command{Script: preludeSh + recordSh, Args: []string{p}}, &answer); err != nil {
		return engine.Record{}, explain(what, err)
	}
	r, err := DecodeRecord(answer.buf)
	if err != nil {
		return engine.Record{}, fmt.Errorf("%s: %w", what, err)
	}
	return r, nil
}

// explain says what failed, and gives the scripts' exit statuses the errors
// that package engine has for them.
func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	var exit *host.ExitError
	if errors.As(err, &exit) {
		switch exit.Code {
		case exitMoved:
			return fmt.Errorf("%s: %w: %w", what, engine.ErrMoved, err)
		case exitGoal:
			return fmt.Errorf("%s: %w: %w", what, engine.ErrGoal, err)
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// errTooMuch ends a command whose answer is larger than it may be.
var errTooMuch = errors.New("the host answers more than it may")

// limited keeps up to limit bytes of an answer and stops the command beyond.
type limited struct {
	buf   []byte
	limit int
	stop  context.CancelCauseFunc
	over  bool
}

func (l *limited) String() string { return string(l.buf) }

func (l *limited) Write(p []byte) (int, error) {
	if l.over || len(p) > l.limit-len(l.buf) {
		l.over = true
		l.stop(errTooMuch)
		return 0, errTooMuch
	}
	l.buf = append(l.buf, p...)
	return len(p), nil
}

func runLimited(ctx context.Context, conn host.Conn, cmd host.Command, answer *limited) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answer.stop = cancel
	cmd.Stdout = answer
	err := conn.Run(ctx, cmd)
	if answer.over {
		return errTooMuch
	}
	return err
}

var _ io.Writer = (*limited)(nil)
