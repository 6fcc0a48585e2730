package rollout

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
)

// follows is the transition table: which phase may come after which.
//
//	waiting ─► connecting ─► building ─► copying ─► activating ─► verifying ─► confirming ─► done
//	   │           │ (rollback: no build, no copy)      ▲  │          │             │
//	   │           └────────────────────────────────────┘  └──────────┴─────────────┴─► returning ─► done
//	   └─► building ─► done   (goal build: no host is asked)
//
// Every phase may end in done: unreachable, refused, failed, skipped, and after
// verifying what needs no confirmation (goals boot and dry-activate, a reboot
// that is pending). Returning is entered only after an activation has begun,
// and nothing but done follows it, so that no host is activated twice forward.
var follows = map[event.Phase][]event.Phase{
	event.Waiting:    {event.Connecting, event.Building, event.Done},
	event.Connecting: {event.Building, event.Activating, event.Done},
	event.Building:   {event.Copying, event.Done},
	event.Copying:    {event.Activating, event.Done},
	event.Activating: {event.Verifying, event.Returning, event.Done},
	event.Verifying:  {event.Confirming, event.Returning, event.Done},
	event.Confirming: {event.Returning, event.Done},
	event.Returning:  {event.Done},
}

// machine is one host on its way through the phases. It belongs to one
// goroutine, except for over.
type machine struct {
	*run
	e     *plan.Entry
	phase event.Phase

	conn    host.Conn       // of the way forward; nil before and when it was lost
	conns   []host.Conn     // every open one
	closure engine.Closure  // between building and copying
	missing []engine.Object // of it, as a plan just before the run has asked; nil is not known
	valid   bool            // the host's store has the system, as the copy has shown
	before  fleet.Facts     // as read when connecting
	began   bool            // an activation that can change the host has begun
	lost    bool            // the connection ended while it ran
	cause   error           // why the host has to return
	result  event.HostResult

	act       engine.Activation // the way forward
	guarded   engine.Guarded    // of a host that returns by itself; nil where it does not
	until     time.Time         // when it does, unless it is confirmed; at the latest
	exact     bool              // the host itself has said so
	fresh     host.Conn         // opened after the activation
	changed   bool              // the host has said that it was changed
	confirmed bool              // and that it lasts
	pending   string            // why it needs a reboot, "" where it does not
	named     int               // activations so far

	quiet sync.Mutex
	over  bool // nothing more is said about this host but its result
}

// drive brings one host to its result, whatever happens on the way.
func (r *run) drive(ctx context.Context, e *plan.Entry) event.HostResult {
	m := &machine{run: r, e: e, phase: event.Waiting}
	m.result = event.HostResult{Machine: e.Machine, From: e.From.Path, To: e.To.Path}
	if trouble := guard(func() { m.walk(ctx) }); trouble != nil {
		m.panicked(ctx, trouble)
	}
	if trouble := guard(m.hangUp); trouble != nil {
		m.sayPanic(trouble)
	}
	m.hush()
	return m.result
}

// walk goes from phase to phase until done. Before each phase that begins
// something new it looks whether it still may.
func (m *machine) walk(ctx context.Context) {
	next := event.Connecting
	if m.o.Plan.Goal == engine.GoalBuild {
		next = event.Building
	}
	for next != event.Done {
		if !slices.Contains(follows[m.phase], next) {
			panic(fmt.Sprintf("%s cannot follow %s", next, m.phase))
		}
		if !m.began && m.stopping(ctx) {
			m.skip()
			return
		}
		m.phase = next
		m.say(event.HostPhase{Machine: m.e.Machine, Phase: next})
		next = m.step(ctx)
	}
}

// step does the work of the phase and returns the one that follows. A step
// that returns Done has set the result's outcome.
func (m *machine) step(ctx context.Context) event.Phase {
	switch m.phase {
	case event.Connecting:
		return m.connect(ctx)
	case event.Building:
		return m.build(ctx)
	case event.Copying:
		return m.copy(ctx)
	case event.Activating:
		return m.activate(ctx)
	case event.Verifying:
		return m.verify(ctx)
	case event.Confirming:
		return m.confirm(ctx)
	case event.Returning:
		if m.guarded != nil {
			return m.sendBack(ctx)
		}
		return m.giveBack(ctx)
	}
	panic("no work in phase " + string(m.phase))
}

// end sets the outcome. What a program printed may have lines; a reason has
// one.
func (m *machine) end(o event.Outcome, reason, hint string) event.Phase {
	reason = strings.ReplaceAll(strings.TrimSpace(reason), "\n", "; ")
	m.result.Outcome, m.result.Reason, m.result.Hint = o, reason, hint
	return event.Done
}

func (m *machine) skip() {
	reason := "the run was ended before this host's turn"
	if m.phase != event.Waiting {
		reason = fmt.Sprintf("the run was ended after %s, before anything was activated", m.phase)
	}
	m.end(event.Skipped, reason, "")
}

// saw notes where the host stands, as just read from it.
func (m *machine) saw(f fleet.Facts) {
	m.result.Current, m.result.Profile, m.result.Generation = f.Running, f.Profile, f.Generation
	if m.guarded == nil || !m.ours(f) || f.Guard.State != "armed" || f.Guard.Until.IsZero() {
		return
	}
	// A host whose clock is wrong says nothing about ours.
	if now := m.o.Clock(); f.Guard.Until.After(now) && f.Guard.Until.Before(m.until.Add(time.Second)) {
		m.until, m.exact = f.Guard.Until, true
	}
}

// forget notes that nobody knows where the host stands.
func (m *machine) forget() { m.saw(fleet.Facts{}) }

// say emits an event about the host until the host is over.
func (m *machine) say(b event.Body) {
	m.quiet.Lock()
	defer m.quiet.Unlock()
	if !m.over {
		m.emit(b)
	}
}

// hush makes say silent: what a deployer still prints after its call has
// ended must not follow the result.
func (m *machine) hush() {
	m.quiet.Lock()
	defer m.quiet.Unlock()
	m.over = true
}

func (m *machine) log(stream string) func(string) {
	return func(line string) { m.say(event.Log{Machine: m.e.Machine, Stream: stream, Text: line}) }
}

// note says in the run's own words what is waited for.
func (m *machine) note(format string, args ...any) {
	m.log(event.Notes)("(" + fmt.Sprintf(format, args...) + ")")
}

// open opens a new connection, and remembers it until drop.
func (m *machine) open(ctx context.Context) (host.Conn, error) {
	conn, err := m.o.Connect(ctx, m.e.Machine)
	if err == nil {
		m.conns = append(m.conns, conn)
	}
	return conn, err
}

// drop closes a connection. An error of that says nothing about the host,
// which has been asked already.
func (m *machine) drop(conn host.Conn) {
	if i := slices.Index(m.conns, conn); i >= 0 {
		m.conns = slices.Delete(m.conns, i, i+1)
		conn.Close()
	}
}

// dropNew closes a connection unless it is the one of the way forward.
func (m *machine) dropNew(conn host.Conn) {
	if conn != m.conn {
		m.drop(conn)
	}
}

// hangUp closes what is open, whatever happened.
func (m *machine) hangUp() {
	for len(m.conns) > 0 {
		m.drop(m.conns[len(m.conns)-1])
	}
	m.conn = nil
}

// fright is a recovered panic.
type fright struct {
	value any
	stack []byte
}

func (f *fright) Error() string { return fmt.Sprintf("internal error: %v", f.value) }

// guard runs f and returns its panic, if any.
func guard(f func()) (trouble *fright) {
	defer func() {
		if v := recover(); v != nil {
			trouble = &fright{v, debug.Stack()}
		}
	}()
	f()
	return nil
}

// panicked is what becomes of a host when the code that handles it breaks: its
// failure and nobody else's. If an activation had begun, the host is asked.
func (m *machine) panicked(ctx context.Context, trouble *fright) {
	m.sayPanic(trouble)
	if !m.began {
		m.end(event.Failed, trouble.Error()+"; nothing had been activated", bugHint)
		return
	}
	if again := guard(func() { m.readBack(ctx, trouble.Error()) }); again != nil {
		m.forget()
		m.end(event.Uncertain, trouble.Error(), bugHint)
	}
}

const bugHint = "this is a defect of assay; the run's log has the details"

func (m *machine) sayPanic(trouble *fright) {
	log := m.log("panic")
	log(trouble.Error())
	for line := range strings.Lines(string(trouble.stack)) {
		log(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "  "))
	}
}
