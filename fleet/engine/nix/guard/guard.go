// Package guard changes what a host runs so that a change that goes wrong
// undoes itself. Before anything else the host arms its own return; then it
// runs the new system, not yet at boot, in a job that survives the connection.
// Only when somebody has come back over a new connection and confirms does the
// new system become what boots. Whatever happens in between, a broken network,
// a restart, the console's death, leads back to the system that ran before.
//
// A return that fails is tried again, after pauses that grow up to a minute, until
// it works or another change begins; facts say why it failed. What is owed
// survives a restart in /nix/var/nix/assay, as does a change of profile and boot
// loader that has begun: at boot the host puts it right.
//
// On hosts with systemd the jobs and the return are transient units,
// assay-activate-ID and assay-rollback-ID; on others, Macs among them, they are
// detached processes. All else lies in /run/assay on the host and is gone
// when the host restarts.
//
// A Guard may be used by several goroutines at once.
package guard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"assay/fleet/engine"
	"assay/fleet/host"
)

// Default is how long a host waits to be confirmed where nobody chooses. Its
// activation may take three times as long before that.
const Default = 120 * time.Second

const (
	shortest = time.Second
	longest  = time.Hour
	maxLine  = 2 << 10 // bytes of one logged line
	maxLines = 20_000  // lines of one call
)

// Guard activates systems on hosts and confirms them. Every command runs as
// root.
type Guard struct {
	Operator string // who is told to others that find the host busy; one line
}

// Activate does what engine.Deployer says. Besides those of the connection its
// errors are, with the host's words:
//   - engine.ErrMoved, ErrGoal and ErrBusy: nothing was changed
//   - engine.ErrReturned: it failed, and the host runs its former system again
//   - engine.ErrReboot: the new system boots next; the former one runs until then
//   - any other: the host runs the new system, or nobody knows what
//
// In the last case it stays guarded: Return brings it back at once.
func (g Guard) Activate(ctx context.Context, conn host.Conn, a engine.Activation, log func(line string)) error {
	what := "activate on " + a.Machine
	if err := check(a); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	cmd := host.Command{Script: tool()}
	if a.Goal == engine.GoalDryActivate {
		cmd.Args = []string{"dry", cmp.Or(a.ID, "dry"), a.Class, a.System, a.Expect}
	} else {
		cmd.Args = []string{"activate", a.ID, string(a.Goal), a.Class, a.System, a.Expect,
			strconv.Itoa(a.Generation), strconv.Itoa(int(wait(a).Seconds())), oneLine(g.Operator), map[bool]string{true: "valid"}[a.Valid]}
		cmd.Stdin = strings.NewReader(tool()) // of which it leaves a copy
	}
	return run(ctx, conn, what, log, cmd)
}

// Join stays with the activation that has a.ID to its end and says what
// Activate would have said.
func (g Guard) Join(ctx context.Context, conn host.Conn, a engine.Activation, log func(line string)) error {
	return g.about(ctx, conn, a, log, "join")
}

// Confirm makes the activation last: the return is disarmed, and where the goal
// is switch the profile and the boot loader follow. It is refused, and the
// guard stays, when the host does not run a.System, when a link at the top of
// that should lead to a store path and leads nowhere, or when a unit has failed
// that was healthy before; when the return has begun the error is
// engine.ErrReturned. Confirming twice is no error.
func (g Guard) Confirm(ctx context.Context, conn host.Conn, a engine.Activation, log func(line string)) error {
	if a.Goal != engine.GoalSwitch && a.Goal != engine.GoalTest {
		return nil
	}
	return g.about(ctx, conn, a, log, "confirm")
}

// Return makes the host go back now to what it ran before the activation. Its
// error is nil when the host has done so, by this or by itself, and
// engine.ErrConfirmed when there is nothing left to return from.
func (g Guard) Return(ctx context.Context, conn host.Conn, a engine.Activation, log func(line string)) error {
	return g.about(ctx, conn, a, log, "return")
}

func (g Guard) about(ctx context.Context, conn host.Conn, a engine.Activation, log func(string), verb string) error {
	what := verb + " on " + a.Machine
	if err := check(a); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return run(ctx, conn, what, log, host.Command{Script: aboutSh, Args: []string{verb, a.ID}})
}

// wait is how long the host waits to be confirmed.
func wait(a engine.Activation) time.Duration {
	return min(max(cmp.Or(a.Guard, Default), shortest), longest).Round(time.Second)
}

// check refuses what can be refused before a host is asked.
func check(a engine.Activation) error {
	if err := a.Check(); err != nil {
		return err
	}
	if a.ID == "" && a.Goal != engine.GoalDryActivate {
		return errors.New("the activation has no name")
	}
	return nil
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
}

// run runs a command as root and logs what it prints.
func run(ctx context.Context, conn host.Conn, what string, log func(string), cmd host.Command) error {
	out := host.NewLineWriter(maxLine, atMost(maxLines, log))
	cmd.Root, cmd.Stdout = true, out
	err := conn.Run(ctx, cmd)
	out.Flush()
	return explain(what, err)
}

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

// explain gives the script's exit statuses the errors that package engine has
// for them.
func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	exit, ok := errors.AsType[*host.ExitError](err)
	if ok && exit.Code >= exitMoved && exit.Code <= exitLasts && exit.Stderr != "" {
		err = &saidError{exit}
		if meaning := meanings[exit.Code]; meaning != nil {
			return fmt.Errorf("%s: %w: %w", what, meaning, err)
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}
