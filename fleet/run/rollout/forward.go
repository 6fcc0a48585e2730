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
	"assay/fleet/run/plan"
)

// connect opens the connection and checks that the host is where the plan saw
// it.
func (m *machine) connect(ctx context.Context) event.Phase {
	f, ok := m.reuse(ctx)
	if !ok {
		conn, err := m.open(ctx)
		if err != nil {
			return m.notReached(ctx, err)
		}
		m.conn = conn
		if f, err = m.probe(ctx, conn); err != nil {
			return m.early(ctx, fmt.Errorf("read the host's state: %w", err))
		}
	}
	m.before = f
	m.saw(f)
	if f.Running == m.e.From.Path && f.Profile == m.e.From.Profile {
		if m.o.Plan.Kind == plan.Rollback {
			return event.Activating // the generation is there already
		}
		return event.Building
	}
	if m.reached(f) && f.Damaged == "" {
		return m.end(event.Unchanged, "the host is already there", "")
	}
	return m.end(event.Refused, moved(m.e, f), "make the plan again")
}

// reuse takes a connection from before the run, if there is one that works.
func (m *machine) reuse(ctx context.Context) (f fleet.Facts, ok bool) {
	if m.o.Reuse == nil {
		return f, false
	}
	way := m.o.Reuse(m.e.Machine, m.e.To.Path)
	if way.Conn == nil {
		return f, false
	}
	m.conns = append(m.conns, way.Conn)
	f = way.Facts
	if age := m.o.Clock().Sub(f.At); f.Running == "" || age < 0 || age > justNow {
		var err error
		if f, err = m.probe(ctx, way.Conn); err != nil {
			m.drop(way.Conn)
			return f, false
		}
	}
	m.conn, m.missing = way.Conn, way.Missing
	return f, true
}

// justNow is how old an answer may be for the host not to be asked again at
// the beginning. The activation compares what runs once more.
const justNow = 2 * time.Second

func moved(e *plan.Entry, f fleet.Facts) string {
	if f.Running != e.From.Path {
		return fmt.Sprintf("the host has moved since the plan was made: it runs %s, the plan saw %s", word(f.Running), word(e.From.Path))
	}
	return fmt.Sprintf("the host has moved since the plan was made: it boots %s, the plan saw %s", word(f.Profile), word(e.From.Profile))
}

func word(path string) string {
	if path == "" {
		return "nothing known"
	}
	if _, name, ok := strings.Cut(path, "/nix/store/"); ok && len(name) > 8 {
		return name[:8]
	}
	return path
}

// probe asks for the facts and does not take silence for an answer.
func (m *machine) probe(ctx context.Context, conn host.Conn) (fleet.Facts, error) {
	f, err := m.o.Probe(ctx, conn, m.e.Machine)
	switch {
	case err != nil:
		return fleet.Facts{}, err
	case f.Reach == fleet.Unreachable:
		return fleet.Facts{}, fmt.Errorf("%s is unreachable: %s", m.e.Machine, f.Cause)
	case f.Running == "":
		return fleet.Facts{}, fmt.Errorf("%s: %s", m.e.Machine, plan.Silent(&f))
	}
	return f, nil
}

// notReached is the end of a host that no connection could be opened to.
func (m *machine) notReached(ctx context.Context, err error) event.Phase {
	if ctx.Err() != nil {
		return m.early(ctx, err)
	}
	if foreign(err) {
		m.result.Identity = true
		return m.end(event.Refused, err.Error(), "the host key is not one that the fleet holds for this machine")
	}
	return m.end(event.Unreachable, err.Error(), "")
}

// foreign reports whether the host could not prove who it is.
func foreign(err error) bool {
	var ce *host.ConnectError
	return errors.As(err, &ce) && ce.Stage == host.StageHostKey && !ce.Deadline
}

// early is the end of a host that nothing was activated on.
func (m *machine) early(ctx context.Context, err error) event.Phase {
	if ctx.Err() != nil {
		return m.end(event.Skipped, fmt.Sprintf("given up while %s, before anything was activated", m.phase), "")
	}
	hint := ""
	var lost *host.LostError
	switch {
	case errors.Is(err, errChanged):
		hint = "make the plan again"
	case errors.As(err, &lost):
		hint = "nothing was activated; run it again"
	}
	return m.end(event.Failed, err.Error(), hint)
}

// while says what was being done, unless the error does so itself.
func while(step string, err error) error {
	if text := err.Error(); strings.HasPrefix(text, step+" ") || strings.HasPrefix(text, step+":") {
		return err
	}
	return fmt.Errorf("%s: %w", step, err)
}

// build realises what the plan wants, and nothing else.
func (m *machine) build(ctx context.Context) event.Phase {
	c, err := m.o.Closure(ctx, m.e.Machine)
	if err == nil && c.System != m.e.To.Path {
		err = errChanged
	}
	if err != nil {
		return m.early(ctx, fmt.Errorf("build: %w", err))
	}
	if m.o.Plan.Goal == engine.GoalBuild {
		return m.end(event.Built, "", "")
	}
	m.closure = c
	return event.Copying
}

func (m *machine) copy(ctx context.Context) event.Phase {
	missing, err := m.missing, error(nil)
	if missing == nil {
		missing, err = m.o.Deployer.Missing(ctx, m.conn, m.closure)
	}
	m.closure, m.missing = engine.Closure{}, nil
	if err != nil {
		return m.early(ctx, fmt.Errorf("ask which objects are missing: %w", err))
	}
	if len(missing) == 0 {
		return m.keep(ctx)
	}
	p := m.progress(engine.Size(missing))
	defer p.stop()
	if err := m.o.Deployer.Copy(ctx, m.conn, missing, p.sent); err != nil {
		return m.early(ctx, while("copy", err))
	}
	p.to(p.total)
	m.valid = true
	return event.Activating
}

// keep makes what is there already stay there.
func (m *machine) keep(ctx context.Context) event.Phase {
	if k, ok := m.o.Deployer.(engine.Keeper); ok {
		if err := k.Keep(ctx, m.conn, m.e.To.Path); err != nil {
			return m.early(ctx, fmt.Errorf("keep %s from being collected: %w", m.e.To.Path, err))
		}
		m.valid = true
	}
	return event.Activating
}

// equip brings the host its age identity, where the plan says that it lacks it.
func (m *machine) equip(ctx context.Context) error {
	if m.o.Equip == nil || m.e.AgeKey != plan.AgeKeyDeliver || m.o.Plan.Goal == engine.GoalDryActivate {
		return nil
	}
	if err := m.o.Equip(ctx, m.conn, m.e.Machine); err != nil {
		return fmt.Errorf("deliver the age identity: %w", err)
	}
	m.note("its age identity is delivered")
	return nil
}

func (m *machine) activate(ctx context.Context) event.Phase {
	if err := m.equip(ctx); err != nil {
		return m.early(ctx, err)
	}
	m.began = m.o.Plan.Goal != engine.GoalDryActivate
	a := m.activation(m.e.To.Path, m.o.Plan.Goal, m.e.To.Generation)
	a.Expect, a.Valid = m.e.From.Path, m.valid
	m.act = a
	m.guardFrom()
	err := m.o.Deployer.Activate(ctx, m.conn, a, m.log("activate"))
	if m.guarded != nil {
		err = m.rejoin(ctx, err)
	}
	var lost *host.LostError
	switch {
	case err == nil:
		m.changed = m.guarded != nil
		m.until, m.exact = m.o.Clock().Add(m.act.Guard), false
		return event.Verifying
	case errors.Is(err, engine.ErrReboot):
		m.pending = err.Error()
		return event.Verifying
	case errors.Is(err, engine.ErrMoved):
		return m.refused(ctx, err, "make the plan again")
	case errors.Is(err, engine.ErrBusy):
		return m.refused(ctx, err, "try again when it has ended")
	case errors.Is(err, engine.ErrGoal):
		return m.end(event.Failed, err.Error(), "use another goal")
	case ctx.Err() != nil:
		return m.abandoned(ctx)
	case !m.began:
		return m.early(ctx, fmt.Errorf("dry activation: %w", err))
	}
	m.cause = while("activate", err)
	m.changed = m.changed || errors.Is(err, engine.ErrReturned)
	if errors.As(err, &lost) {
		m.lost = true
		m.hangUp()
		if m.guarded == nil {
			return event.Verifying // ask the host what happened
		}
	}
	return event.Returning
}

func (m *machine) activation(system string, goal engine.Goal, generation int) engine.Activation {
	return engine.Activation{
		Machine: m.e.Machine, Class: string(m.e.Class), System: system, Goal: goal, Generation: generation,
		ID: m.name(), Guard: m.o.Guard,
	}
}

// refused is the end of a host that would not be activated because it had
// moved, or because somebody else was at work. Where it stands now is worth a
// look.
func (m *machine) refused(ctx context.Context, err error, hint string) event.Phase {
	m.forget()
	if f, perr := m.probe(ctx, m.conn); perr == nil {
		m.saw(f)
	}
	return m.end(event.Refused, err.Error(), hint)
}
