package rollout

import (
	"context"
	"errors"
	"fmt"

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
	return plan.Reached(m.goal(), m.e.To.Path, f.Running, f.Profile)
}

// former reports whether the host is where it was when the run came to it.
func (m *machine) former(f fleet.Facts) bool {
	return f.Running == m.before.Running && f.Profile == m.before.Profile
}

// arrived reports whether the host is where the activation should have left
// it: what the goal wants, and the rest as it was.
func (m *machine) arrived(f fleet.Facts) bool {
	switch m.goal() {
	case engine.GoalDryActivate:
		return m.former(f)
	case engine.GoalBoot:
		return m.reached(f) && f.Running == m.before.Running
	case engine.GoalTest:
		return m.reached(f) && f.Profile == m.before.Profile
	}
	return m.reached(f) && f.Damaged == ""
}

// verify asks the host over a new connection what it runs, unless it looks at
// that itself when it is asked to make it last. After a lost
// connection the activation may still be at work there, so that the host is
// asked several times before it is taken for failed.
func (m *machine) verify(ctx context.Context) event.Phase {
	if m.looksItself() {
		conn, _, err := m.try(ctx, m.o.Tries, func(ctx context.Context) (host.Conn, fleet.Facts, error) {
			conn, err := m.open(ctx)
			return conn, fleet.Facts{}, err
		})
		if err != nil {
			return m.unheard(ctx, err)
		}
		m.fresh = conn
		return event.Confirming
	}
	conn, f, err := m.askAgain(ctx)
	if err != nil {
		return m.unheard(ctx, err)
	}
	m.saw(f)
	switch {
	case m.landed(f) && m.toConfirm():
		m.fresh = conn
		return event.Confirming
	case m.landed(f):
		return m.succeed()
	case !m.began:
		return m.end(event.Failed, "the host changed during a dry activation", "")
	case m.cause == nil && m.reached(f) && f.Damaged != "":
		m.cause = fmt.Errorf("verify: after the activation %s", f.Damaged)
	case m.cause == nil:
		m.cause = fmt.Errorf("verify: after the activation the host runs %s and boots %s", word(f.Running), word(f.Profile))
	}
	return event.Returning
}

// askAgain returns the connection that it asked over as well.
func (m *machine) askAgain(ctx context.Context) (host.Conn, fleet.Facts, error) {
	for n := 1; ; n++ {
		conn, f, err := m.ask(ctx, m.o.Tries)
		if err != nil || m.landed(f) {
			return conn, f, err
		}
		m.drop(conn)
		if !m.lost || n >= m.o.Tries || m.o.Backoff(ctx, n) != nil {
			return nil, f, nil
		}
	}
}

// unheard is what follows when the host does not answer after an activation.
func (m *machine) unheard(ctx context.Context, err error) event.Phase {
	switch {
	case ctx.Err() != nil:
		return m.abandoned(ctx)
	case !m.began:
		return m.early(ctx, fmt.Errorf("verify: %w", err))
	case m.conn == nil && m.guarded == nil:
		m.forget()
		return m.end(event.Uncertain, sentence(m.cause, err), askHint)
	}
	m.cause = fmt.Errorf("verify over a new connection: %w", err)
	return event.Returning
}

// sentence is the text of the errors, the nil ones left out.
func sentence(errs ...error) string {
	if joined := errors.Join(errs...); joined != nil {
		return joined.Error()
	}
	return ""
}

const askHint = "see what the host runs with assay status"

func (m *machine) succeed() event.Phase {
	reason := ""
	if m.lost {
		reason = "the connection was lost during the activation; the host says that it has arrived"
	}
	if m.pending != "" {
		reason = m.pending
	}
	switch m.goal() {
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
	return m.try(ctx, tries, m.askOnce)
}

// try is ask by a function of what to do once.
func (m *machine) try(ctx context.Context, tries int, once func(context.Context) (host.Conn, fleet.Facts, error)) (host.Conn, fleet.Facts, error) {
	var last error
	for n := range tries {
		if n > 0 {
			if err := m.o.Backoff(ctx, n); err != nil {
				return nil, fleet.Facts{}, errors.Join(last, err)
			}
		}
		conn, f, err := once(ctx)
		if err == nil {
			return conn, f, nil
		}
		last = err
		if foreign(err) {
			m.result.Identity = true
			break // waiting does not make it somebody else
		}
		if n == 0 && tries > 1 && ctx.Err() == nil {
			m.note("%v; asking again, %d times at most", err, tries-1)
		}
	}
	return nil, fleet.Facts{}, last
}

func (m *machine) askOnce(ctx context.Context) (host.Conn, fleet.Facts, error) {
	conn, err := m.open(ctx)
	if err != nil {
		return nil, fleet.Facts{}, err
	}
	f, err := m.probe(ctx, conn)
	if err != nil {
		m.drop(conn)
		return nil, f, err
	}
	return conn, f, nil
}

// giveBack brings the host back to where the run found it and reads back
// whether that worked. It tries several times: the activation that was lost
// may still hold the host.
func (m *machine) giveBack(ctx context.Context) event.Phase {
	stayed := true // the host was seen nowhere but where it was
	for n := 1; ; n++ {
		conn, now, err := m.reachBack(ctx)
		switch {
		case ctx.Err() != nil:
			m.dropNew(conn)
			return m.abandoned(ctx)
		case err != nil:
			m.forget()
			return m.end(event.Uncertain, sentence(m.cause, err), askHint)
		case m.former(now) && !m.lost && n == 1:
			m.saw(now)
			m.dropNew(conn)
			return m.end(event.Failed, m.cause.Error()+"; the host runs its former system", "")
		}
		stayed = stayed && m.former(now)
		settled := m.putBack(ctx, conn, now, stayed)
		m.dropNew(conn)
		if settled || n >= m.o.Tries || m.o.Backoff(ctx, n) != nil {
			return event.Done
		}
	}
}

// reachBack returns a connection to return over: a new one, or else the one
// that is still open from the way forward. The facts are zero when they could
// not be read; then everything is put back.
func (m *machine) reachBack(ctx context.Context) (host.Conn, fleet.Facts, error) {
	conn, now, err := m.ask(ctx, m.o.Tries)
	if err == nil {
		return conn, now, nil
	}
	if m.conn == nil {
		return nil, now, err
	}
	if now, err = m.probe(ctx, m.conn); err != nil {
		now = fleet.Facts{}
	}
	return m.conn, now, nil
}

// putBack activates what the host had and sets the result that follows from
// it. It reports whether trying again is pointless.
func (m *machine) putBack(ctx context.Context, conn host.Conn, now fleet.Facts, stayed bool) bool {
	var trouble []error
	for _, a := range m.wayBack(now) {
		trouble = append(trouble, m.o.Deployer.Activate(ctx, conn, a, m.log("return")))
	}
	if ctx.Err() != nil {
		m.abandoned(ctx)
		return true
	}
	return m.settle(ctx, conn, stayed, errors.Join(trouble...))
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

// settle reads back what became of the return and makes it the result. conn
// is the connection that it went over. It reports whether that is final.
func (m *machine) settle(ctx context.Context, conn host.Conn, stayed bool, trouble error) bool {
	reason := m.cause.Error()
	fresh, f, err := m.ask(ctx, m.o.Tries)
	if err != nil {
		if f, err := m.probe(ctx, conn); err == nil {
			m.saw(f)
			m.end(event.Failed, reason+"; read over the old connection, because no new one opens", askHint)
			return true
		}
		m.forget()
		m.end(event.Uncertain, sentence(m.cause, trouble, err), askHint)
		return true
	}
	m.drop(fresh)
	m.saw(f)
	switch {
	case m.former(f) && trouble == nil && stayed:
		m.end(event.Failed, reason+"; the host runs its former system", "")
		return true
	case m.former(f) && trouble == nil:
		m.end(event.RolledBack, reason, "")
		return true
	case trouble != nil:
		reason += "; return: " + sentence(trouble)
	}
	if m.former(f) {
		m.end(event.Failed, reason+"; the host ran its former system when it was asked last", askHint)
		return false
	}
	m.end(event.Failed, reason+"; the host did not return to its former system", "try assay rollback")
	return false
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
		return m.end(event.Uncertain, why+"; the host could not be asked: "+err.Error()+m.byItself(), askHint)
	}
	m.drop(conn)
	m.saw(f)
	switch {
	case m.guarded != nil && !m.confirmed && m.landed(f) && f.Profile == m.before.Profile:
		return m.end(event.Failed, why+"; the host runs the new system"+m.byItself(), askHint)
	case m.arrived(f) && m.phase != event.Returning:
		m.succeed()
		m.end(m.result.Outcome, why+"; the host says that it has arrived", "")
		return event.Done
	case m.former(f):
		return m.end(event.Failed, why+"; the host ran its former system when it was asked last"+m.byItself(), askHint)
	}
	return m.end(event.Failed, why+"; see what it runs now"+m.byItself(), askHint)
}
