package rollout

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
)

// reached reports whether the host is where the plan wants it.
func (m *machine) reached(f fleet.Facts) bool {
	if m.o.Plan.Kind == plan.Rollback && f.Generation != m.e.To.Generation {
		return false
	}
	return plan.Reached(m.o.Plan.Goal, m.e.To.Path, f.Running, f.Profile)
}

// former reports whether the host is where it was when the run came to it.
func (m *machine) former(f fleet.Facts) bool {
	return f.Running == m.before.Running && f.Profile == m.before.Profile
}

// arrived reports whether the host is where the activation should have left
// it: what the goal wants, and the rest as it was.
func (m *machine) arrived(f fleet.Facts) bool {
	switch m.o.Plan.Goal {
	case engine.GoalDryActivate:
		return m.former(f)
	case engine.GoalBoot:
		return m.reached(f) && f.Running == m.before.Running
	case engine.GoalTest:
		return m.reached(f) && f.Profile == m.before.Profile
	}
	return m.reached(f)
}

// verify asks the host over a new connection what it runs.
func (m *machine) verify(ctx context.Context) event.Phase {
	conn, f, err := m.ask(ctx, m.o.Tries)
	if err == nil {
		defer conn.Close()
		m.saw(f)
		if m.arrived(f) {
			return m.succeed()
		}
		if !m.began {
			return m.end(event.Failed, "the host changed during a dry activation", "")
		}
		if m.cause == nil {
			m.cause = fmt.Errorf("verify: after the activation the host runs %s and boots %s", word(f.Running), word(f.Profile))
		}
		return event.Returning
	}
	switch {
	case ctx.Err() != nil:
		return m.abandoned(ctx)
	case !m.began:
		return m.early(ctx, fmt.Errorf("verify: %w", err))
	case m.conn == nil:
		m.forget()
		return m.end(event.Uncertain, sentence(m.cause, err), askHint)
	}
	m.cause = fmt.Errorf("verify over a new connection: %w", err)
	return event.Returning
}

// sentence is the errors in one line, the nil ones left out.
func sentence(errs ...error) string {
	joined := errors.Join(errs...)
	if joined == nil {
		return ""
	}
	return strings.ReplaceAll(joined.Error(), "\n", "; ")
}

const askHint = "see what the host runs with assay status"

func (m *machine) succeed() event.Phase {
	reason := ""
	if m.lost {
		reason = "the connection was lost during the activation; the host says that it has arrived"
	}
	switch m.o.Plan.Goal {
	case engine.GoalDryActivate:
		return m.end(event.Unchanged, "dry-activate: nothing was changed", "")
	case engine.GoalBoot:
		return m.end(event.Staged, reason, "")
	}
	return m.end(event.Updated, reason, "")
}

// ask opens a new connection and reads the facts over it, with several tries.
// The caller closes the connection.
func (m *machine) ask(ctx context.Context, tries int) (host.Conn, fleet.Facts, error) {
	var last error
	for n := range tries {
		if n > 0 {
			if err := m.o.Backoff(ctx, n); err != nil {
				return nil, fleet.Facts{}, errors.Join(last, err)
			}
		}
		conn, f, err := m.askOnce(ctx)
		if err == nil {
			return conn, f, nil
		}
		last = err
		if foreign(err) {
			m.result.Identity = true
			break // waiting does not make it somebody else
		}
	}
	return nil, fleet.Facts{}, last
}

func (m *machine) askOnce(ctx context.Context) (conn host.Conn, f fleet.Facts, err error) {
	conn, err = m.o.Connect(ctx, m.e.Machine)
	if err != nil {
		return nil, f, err
	}
	answered := false
	defer func() { // also when the probe panics
		if !answered {
			conn.Close()
		}
	}()
	f, err = m.probe(ctx, conn)
	answered = err == nil
	return conn, f, err
}

// giveBack brings the host back to where the run found it and reads back
// whether that worked.
func (m *machine) giveBack(ctx context.Context) event.Phase {
	conn, now, err := m.ask(ctx, m.o.Tries)
	if err == nil {
		defer conn.Close()
	} else if conn = m.conn; conn == nil {
		m.forget()
		return m.end(event.Uncertain, sentence(m.cause, err), askHint)
	} else if now, err = m.probe(ctx, conn); err != nil {
		now = fleet.Facts{} // not known: everything is put back
	}
	if ctx.Err() != nil {
		return m.abandoned(ctx)
	}
	if m.former(now) && !m.lost {
		m.saw(now)
		return m.end(event.Failed, m.cause.Error()+"; the host runs its former system", "")
	}
	var trouble []error
	for _, a := range m.wayBack(now) {
		trouble = append(trouble, m.o.Deployer.Activate(ctx, conn, a, m.log("return")))
	}
	if ctx.Err() != nil {
		return m.abandoned(ctx)
	}
	return m.settle(ctx, conn, m.former(now), errors.Join(trouble...))
}

// wayBack is the activations that lead from where the host stands to where it
// was. After a lost connection the former activation may still be at work on
// the host; then everything is put back, whatever it looks like now.
func (m *machine) wayBack(now fleet.Facts) []engine.Activation {
	was := m.before
	run := m.lost && m.o.Plan.Goal != engine.GoalBoot || now.Running != was.Running
	boot := m.lost && m.o.Plan.Goal != engine.GoalTest || now.Profile != was.Profile
	switch {
	case run && boot && was.Running == was.Profile:
		return []engine.Activation{m.activation(was.Running, engine.GoalSwitch, was.Generation)}
	case run && boot && m.e.Class == fleet.Darwin: // it has no goal boot
		return []engine.Activation{
			m.activation(was.Profile, engine.GoalSwitch, was.Generation),
			m.activation(was.Running, engine.GoalTest, 0),
		}
	case run && boot:
		return []engine.Activation{
			m.activation(was.Running, engine.GoalTest, 0),
			m.activation(was.Profile, engine.GoalBoot, was.Generation),
		}
	case run:
		return []engine.Activation{m.activation(was.Running, engine.GoalTest, 0)}
	case m.e.Class == fleet.Darwin:
		return []engine.Activation{m.activation(was.Profile, engine.GoalSwitch, was.Generation)}
	}
	return []engine.Activation{m.activation(was.Profile, engine.GoalBoot, was.Generation)}
}

// settle reads back what became of the return. conn is the connection that
// it went over.
func (m *machine) settle(ctx context.Context, conn host.Conn, stayed bool, trouble error) event.Phase {
	reason := m.cause.Error()
	fresh, f, err := m.ask(ctx, m.o.Tries)
	if err == nil {
		defer fresh.Close()
	} else if f, perr := m.probe(ctx, conn); perr == nil {
		m.saw(f)
		return m.end(event.Failed, fmt.Sprintf("%s; read over the old connection, because no new one opens: %s", reason, sentence(err)), askHint)
	} else {
		m.forget()
		return m.end(event.Uncertain, sentence(m.cause, trouble, err), askHint)
	}
	m.saw(f)
	switch {
	case m.former(f) && stayed:
		return m.end(event.Failed, reason+"; the host runs its former system", "")
	case m.former(f):
		return m.end(event.Returned, reason, "")
	case trouble != nil:
		reason += "; return: " + sentence(trouble)
	}
	return m.end(event.Failed, reason+"; the host did not return to its former system", "try assay rollback")
}

// abandoned is the end of a host whose activation was given up.
func (m *machine) abandoned(ctx context.Context) event.Phase {
	if !m.began {
		return m.early(ctx, ctx.Err())
	}
	return m.readBack(ctx, fmt.Sprintf("given up while %s", m.phase))
}

// readBack asks the host once, within the grace, where it stands, and makes
// that its result.
func (m *machine) readBack(ctx context.Context, why string) event.Phase {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.o.Grace)
	defer cancel()
	conn, f, err := m.ask(ctx, 1)
	if err != nil {
		m.forget()
		return m.end(event.Uncertain, why+"; the host could not be asked: "+err.Error(), askHint)
	}
	defer conn.Close()
	m.saw(f)
	switch {
	case m.arrived(f) && m.phase != event.Returning:
		m.succeed()
		m.result.Reason = why + "; the host says that it has arrived"
		return event.Done
	case m.former(f):
		return m.end(event.Failed, why+"; the host ran its former system when it was asked last", askHint)
	}
	return m.end(event.Failed, why+"; see what it runs now", askHint)
}
