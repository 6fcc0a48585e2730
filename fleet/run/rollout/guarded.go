package rollout

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/event"
)

// guardFrom notes that the host guards the activation from now on. The
// activation itself may take three times as long as the wait after it.
func (m *machine) guardFrom() {
	g, ok := m.o.Deployer.(engine.Guarded)
	if !ok || m.act.Goal != engine.GoalSwitch && m.act.Goal != engine.GoalTest {
		return
	}
	m.guarded = g
	m.until = m.o.Clock().Add(4 * m.act.Guard)
}

// name is a new name for an activation of this run on this host.
func (m *machine) name() string {
	m.named++
	id := fmt.Sprintf("%s-%s-%d", m.o.RunID, m.e.Machine, m.named)
	id = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '-'
	}, id)
	return strings.TrimLeft(id[max(0, len(id)-120):], "-")
}

// goal is what the host can do of the plan's goal.
func (m *machine) goal() engine.Goal {
	if m.pending != "" {
		return engine.GoalBoot
	}
	return m.o.Plan.Goal
}

// toConfirm reports whether the activation has to be confirmed.
func (m *machine) toConfirm() bool {
	return m.goal() == engine.GoalSwitch || m.goal() == engine.GoalTest
}

// looksItself reports whether the host looks by itself whether it runs the new
// system, and a whole one, before it lets that be confirmed: to ask it beforehand
// would be to ask twice.
func (m *machine) looksItself() bool { return m.guarded != nil && m.toConfirm() }

// landed reports whether the host is where the activation should have left it
// before it is confirmed: a guarded host boots what it did before.
func (m *machine) landed(f fleet.Facts) bool {
	if m.guarded == nil || m.pending != "" {
		return m.arrived(f)
	}
	return f.Running == m.e.To.Path && f.Damaged == ""
}

// byItself says when the host returns by itself, "" where it does not.
func (m *machine) byItself() string {
	if m.guarded == nil || m.confirmed || m.pending != "" {
		return ""
	}
	return "; it will return by itself at " + m.when("15:04") + " unless it is confirmed"
}

// when says until when the host waits; where the host has not said so itself,
// that is the longest that it may.
func (m *machine) when(layout string) string {
	if m.exact {
		return m.until.Format(layout)
	}
	return m.until.Format(layout) + " at the latest"
}

func isLost(err error) bool {
	_, ok := errors.AsType[*host.LostError](err)
	return ok
}

// answered reports whether the host itself has said what became of a call.
func answered(err error) bool {
	_, exit := errors.AsType[*host.ExitError](err)
	return err == nil || exit
}

// rejoin stays with an activation whose connection was lost, over new ones,
// and returns what it came to.
func (m *machine) rejoin(ctx context.Context, err error) error {
	for n := 1; isLost(err) && ctx.Err() == nil && n <= m.o.Tries; n++ {
		m.note("the connection was lost; going on over a new one")
		m.hangUp()
		conn, _, asked := m.ask(ctx, m.o.Tries)
		if asked != nil {
			return errors.Join(err, asked)
		}
		m.conn = conn
		err = m.guarded.Join(ctx, conn, m.act, m.log("activate"))
	}
	return err
}

// confirm makes the activation last, over the connection that verify opened,
// and reads back that it does.
func (m *machine) confirm(ctx context.Context) event.Phase {
	conn := m.fresh
	err := m.o.Deployer.Confirm(ctx, conn, m.act, m.log("confirm"))
	for n := 1; m.guarded != nil && !answered(err) && ctx.Err() == nil && n <= m.o.Tries; n++ {
		m.drop(conn)
		again, _, asked := m.ask(ctx, m.o.Tries)
		if asked != nil {
			conn, err = nil, errors.Join(err, asked)
			break
		}
		conn = again
		err = m.o.Deployer.Confirm(ctx, conn, m.act, m.log("confirm"))
	}
	switch {
	case err == nil:
		m.confirmed = true
	case ctx.Err() != nil:
		return m.abandoned(ctx)
	default:
		m.cause = while("confirm", err)
		m.fresh = nil
		m.drop(conn)
		return event.Returning
	}
	if m.guarded == nil {
		return m.succeed() // verify has seen all of it
	}
	return m.lasting(ctx, conn)
}

// lasting reads back what the host runs and boots after it was confirmed.
func (m *machine) lasting(ctx context.Context, conn host.Conn) event.Phase {
	f, err := m.probe(ctx, conn)
	if err != nil {
		if _, f, err = m.ask(ctx, m.o.Tries); err != nil {
			if ctx.Err() != nil {
				return m.abandoned(ctx)
			}
			m.forget()
			return m.end(event.Uncertain, "confirmed; then: "+err.Error(), askHint)
		}
	}
	m.saw(f)
	if !m.arrived(f) && f.Guard != nil && !m.ours(f) {
		return m.end(event.Failed, "confirmed; "+others(f), askHint)
	}
	if !m.arrived(f) {
		return m.end(event.Failed, fmt.Sprintf("after it was confirmed the host runs %s and boots %s", word(f.Running), word(f.Profile)), "try assay rollback")
	}
	return m.succeed()
}

// sendBack brings a guarded host back to where the run found it: it is told to
// return, or, when it cannot be reached, waited for until it must have done so
// by itself.
func (m *machine) sendBack(ctx context.Context) event.Phase {
	for n := 1; ; n++ {
		conn, now, err := m.reachOrWait(ctx)
		if err != nil && ctx.Err() == nil {
			m.forget()
			return m.end(event.Uncertain, sentence(m.cause, err)+m.byItself(), askHint)
		}
		var returned error
		if err == nil {
			returned = m.guarded.Return(ctx, conn, m.act, m.log("return"))
			m.dropNew(conn)
		}
		if ctx.Err() != nil {
			return m.abandoned(ctx)
		}
		if m.wentBack(ctx, now, returned) || n >= m.o.Tries || m.o.Backoff(ctx, n) != nil {
			return event.Done
		}
	}
}

// reachOrWait returns a connection to the host, new or old; where there is
// none, it goes on trying until the guard's time is over, and a little longer.
func (m *machine) reachOrWait(ctx context.Context) (host.Conn, fleet.Facts, error) {
	conn, now, err := m.reachBack(ctx)
	if err == nil || ctx.Err() != nil || m.result.Identity {
		return conn, now, err
	}
	m.hangUp() // what is left leads nowhere
	left, pause := m.until.Sub(m.o.Clock()), redialFirst
	m.note("%v; the host returns by itself at %s; asking it again until then, for %s", err, m.when("15:04:05"), max(left, 0).Round(time.Second))
	said := left
	for left > 0 {
		if said-left >= sayEvery {
			m.note("no answer yet; asking again for %s", left.Round(time.Second))
			said = left
		}
		if err := m.o.Wait(ctx, min(left, pause)); err != nil {
			return nil, now, err
		}
		left = min(left-pause, m.until.Sub(m.o.Clock()))
		pause = min(2*pause, redialLast)
		if conn, now, err = m.ask(ctx, 1); err == nil || ctx.Err() != nil || m.result.Identity {
			return conn, now, err
		}
	}
	// It may be at it still, or starting.
	return m.ask(ctx, 2*m.o.Tries)
}

// A host that does not answer is dialled again after a pause that grows from
// the first to the last of these.
const (
	redialFirst = 2 * time.Second
	redialLast  = 8 * time.Second
)

// sayEvery is how often it is said that a host is still waited for.
const sayEvery = 30 * time.Second

// wentBack reads back what became of the return and makes it the result. It
// reports whether that is final.
func (m *machine) wentBack(ctx context.Context, before fleet.Facts, returned error) bool {
	conn, f, err := m.ask(ctx, m.o.Tries)
	if err != nil {
		m.forget()
		m.end(event.Uncertain, sentence(m.cause, returned, err), askHint)
		return answered(returned)
	}
	m.drop(conn)
	m.saw(f)
	m.changed = m.changed || returned == nil || before.Running == m.e.To.Path
	switch {
	case errors.Is(returned, engine.ErrConfirmed) && m.arrived(f):
		m.confirmed = true
		m.end(event.Updated, m.cause.Error()+"; the host says that it was confirmed", "")
	case m.restarted(f) && m.former(f):
		m.end(event.RolledBack, m.because()+"; the host restarted before it was confirmed and runs its former system", "")
	case m.restarted(f) && m.arrived(f): // nothing is armed there any more
		m.confirmed = true
		m.end(event.Updated, m.cause.Error()+"; the host restarted and runs the new system", "")
	case m.former(f) && answered(returned) && !m.changed:
		m.end(event.Failed, m.cause.Error()+"; the host runs its former system", "")
	case m.former(f) && answered(returned):
		m.end(event.RolledBack, m.because()+m.how(before), "")
	case !m.ours(f) && answered(returned):
		m.end(event.Failed, m.cause.Error()+"; "+others(f), askHint)
	default:
		m.end(event.Failed, sentence(m.cause)+"; the host did not return to its former system: "+sentence(returned), "try assay rollback")
		return false
	}
	return true
}

// restarted reports whether the host is known to have booted since the run
// came to it.
func (m *machine) restarted(f fleet.Facts) bool {
	return m.before.BootID != "" && f.BootID != "" && f.BootID != m.before.BootID
}

// ours reports whether the last guarded change of the host is this one.
func (m *machine) ours(f fleet.Facts) bool { return f.Guard != nil && f.Guard.ID == m.act.ID }

// others says what is known of a host whose last guarded change is not this
// one.
func others(f fleet.Facts) string {
	if f.Guard == nil {
		return "the host does not know of this change any more; it runs " + word(f.Running)
	}
	return "another run or person has changed the host since; it runs " + word(f.Running)
}

// because is why the host had to return, without that it did, which its
// outcome says.
func (m *machine) because() string {
	return strings.ReplaceAll(m.cause.Error(), engine.ErrReturned.Error()+": ", "")
}

// how says who brought the host back.
func (m *machine) how(before fleet.Facts) string {
	switch {
	case errors.Is(m.cause, engine.ErrReturned): // it always does so itself
		return ""
	case m.former(before):
		return "; the host went back by itself"
	}
	return ""
}
