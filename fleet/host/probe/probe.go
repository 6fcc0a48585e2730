// Package probe reads the facts of a live host in one round trip: what it
// runs, what it booted, what it boots next, its generations, kernel and
// uptime. It changes nothing and needs no privilege.
//
// The answer is taken as hostile: it is bounded, and a value that is not
// what it should be is unknown, never passed on. The functions keep no
// state and may be used by several goroutines at once.
package probe

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"assay/fleet"
	"assay/fleet/host"
)

//go:embed script.sh
var script string

// answerLimit bounds the answer in bytes: some ten thousand generations.
const answerLimit = 1 << 20

// Read asks the host at the other end of conn. The facts carry the time of
// the answer; a fact that the host did not state is zero.
func Read(ctx context.Context, conn host.Conn, machine string) (fleet.Facts, error) {
	return read(ctx, conn, machine)
}

// Stand asks as Read does, and only for what tells where the host stands: what
// it runs, booted and boots next, what is wrong with these, its generations,
// which boot this is, and its guard. It costs the host less than half.
func Stand(ctx context.Context, conn host.Conn, machine string) (fleet.Facts, error) {
	return read(ctx, conn, machine, "stand")
}

func read(ctx context.Context, conn host.Conn, machine string, args ...string) (fleet.Facts, error) {
	answer := &bounded{limit: answerLimit}
	if err := conn.Run(ctx, host.Command{Script: script, Args: args, Stdout: answer}); err != nil {
		return fleet.Facts{}, fmt.Errorf("read the facts of %s: %w", machine, err)
	}
	facts, err := parse(answer.Bytes())
	if err != nil {
		return fleet.Facts{}, fmt.Errorf("read the facts of %s: %w", machine, err)
	}
	facts.Machine = machine
	facts.At = time.Now()
	facts.Reach = fleet.Reachable
	return facts, nil
}

// Unreachable returns the facts of a machine that could not be asked because
// of err, as host.Connector or Read gave it, at the time at.
func Unreachable(machine string, err error, at time.Time) fleet.Facts {
	facts := fleet.Facts{Machine: machine, At: at, Reach: fleet.Unreachable}
	if failed, ok := errors.AsType[*host.ConnectError](err); ok {
		facts.Cause, facts.NoTarget = failed.Cause(), errors.Is(err, host.ErrNoTarget)
		if facts.Identity = failed.Stage == host.StageHostKey; facts.Identity && failed.Err != nil {
			facts.Cause = host.Sanitize(failed.Err.Error())
		}
		if errors.Is(err, context.Canceled) {
			facts.Cause = "cancelled"
		}
		return facts
	}
	_, lost := errors.AsType[*host.LostError](err)
	_, exit := errors.AsType[*host.ExitError](err)
	switch {
	case errors.Is(err, context.Canceled):
		facts.Cause = "cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		facts.Cause = "probe deadline"
	case exit, errors.Is(err, errAnswer):
		facts.Cause = "probe failed"
	case lost:
		facts.Cause = "connection lost"
	default:
		facts.Cause = "no answer"
	}
	return facts
}

// bounded keeps what is written to it up to its limit and fails beyond.
type bounded struct {
	bytes.Buffer
	limit int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, fmt.Errorf("%w: it is longer than %d bytes", errAnswer, b.limit)
	}
	return b.Buffer.Write(p)
}
