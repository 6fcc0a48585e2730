package rollout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
)

// run is one run on its way. Its methods may be called from several
// goroutines.
type run struct {
	o Options

	mu      sync.Mutex // also makes events come one at a time
	seq     int64
	results []event.HostResult
	broken  error         // of the sink
	stopped chan struct{} // closed when the sink broke
}

func newRun(o Options) (*run, error) {
	switch {
	case o.Plan == nil:
		return nil, errors.New("rollout: no plan")
	case o.RunID == "":
		return nil, errors.New("rollout: no run id")
	case o.Engine == nil && o.Closure == nil:
		return nil, errors.New("rollout: no engine")
	case o.Plan.Goal != engine.GoalBuild && (o.Deployer == nil || o.Connect == nil || o.Probe == nil):
		return nil, errors.New("rollout: no way to the hosts")
	}
	o.Parallel = cmp.Or(max(o.Parallel, 0), DefaultParallel)
	o.Tries = cmp.Or(max(o.Tries, 0), DefaultTries)
	o.Grace = cmp.Or(max(o.Grace, 0), DefaultGrace)
	o.Guard = cmp.Or(max(o.Guard, 0), DefaultGuard)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Sink == nil {
		o.Sink = event.Tee()
	}
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	if o.Wait == nil {
		o.Wait = sleep
	}
	if o.Redact == nil {
		o.Redact = func(text string) string { return text }
	}
	if o.Closure == nil {
		o.Closure = built(o.Plan, o.Engine)
	}
	return &run{o: o, stopped: make(chan struct{})}, nil
}

// built returns a function that builds what the plan wants.
func built(p *plan.Plan, e engine.Engine) func(context.Context, string) (engine.Closure, error) {
	return func(ctx context.Context, machine string) (c engine.Closure, err error) {
		to := p.Entry(machine).To
		wanted := engine.System{Machine: machine, Path: to.Path, Derivation: to.Derivation}
		e.Build(ctx, []engine.System{wanted}, nil, func(_ engine.System, built engine.Closure, failed error) { c, err = built, failed })
		return c, err
	}
}

var errChanged = errors.New("the configuration has changed since the plan was made")

// backoff waits a quarter of a second before the first try and twice as long
// before each further one, up to eight seconds.
func backoff(ctx context.Context, n int) error {
	return sleep(ctx, min(8*time.Second, 250*time.Millisecond<<min(n-1, 10)))
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *run) run(ctx context.Context) (Report, error) {
	p := r.o.Plan
	report := Report{Run: r.o.RunID, Started: r.o.Clock().UTC()}
	r.emit(r.opening())
	work := r.settleIdle()
	unwatch := r.watch(ctx)
	r.each(ctx, work)
	unwatch()

	slices.SortFunc(r.results, func(a, b event.HostResult) int { return cmp.Compare(a.Machine, b.Machine) })
	report.Results = r.results
	report.Counts = map[event.Outcome]int{}
	for _, h := range r.results {
		report.Counts[h.Outcome]++
		report.Identity = report.Identity || h.Identity
	}
	report.Outcome = r.outcome(ctx, report.Counts)
	r.emit(event.RunFinished{Outcome: report.Outcome, Counts: report.Counts})
	report.Finished = r.o.Clock().UTC()
	if len(r.results) != len(p.Hosts) {
		return report, fmt.Errorf("rollout: %d hosts in the plan, %d results", len(p.Hosts), len(r.results))
	}
	if r.broken != nil {
		return report, fmt.Errorf("the record of run %s is not complete: %w", r.o.RunID, r.broken)
	}
	return report, nil
}

func (r *run) opening() event.RunStarted {
	p := r.o.Plan
	names := make([]string, len(p.Hosts))
	for i := range p.Hosts {
		names[i] = p.Hosts[i].Machine
	}
	return event.RunStarted{
		Goal: string(p.Goal), Kind: string(p.Kind), Plan: p.ID, Fleet: p.Fleet, Engine: p.Engine,
		Machines: names, Operator: r.o.Operator, Parallel: r.o.Parallel, Assay: r.o.Assay,
	}
}

// settleIdle gives results to the hosts that the plan has no work for, and
// returns the others.
func (r *run) settleIdle() []*plan.Entry {
	var work []*plan.Entry
	for i := range r.o.Plan.Hosts {
		e := &r.o.Plan.Hosts[i]
		if e.Status == plan.StatusChange {
			work = append(work, e)
			r.emit(event.HostPhase{Machine: e.Machine, Phase: event.Waiting})
			continue
		}
		r.finish(idle(e))
	}
	return work
}

// idle is the result of a host that the plan has no work for. Where it stands
// is what the plan read.
func idle(e *plan.Entry) event.HostResult {
	h := event.HostResult{
		Machine: e.Machine, From: e.From.Path, To: e.To.Path, Reason: e.Cause, Hint: e.Hint, Identity: e.Identity,
		Current: e.From.Path, Profile: e.From.Profile, Generation: e.From.Generation,
	}
	switch {
	case e.Status == plan.StatusUnchanged:
		h.Outcome = event.Unchanged
	case e.Identity:
		h.Outcome = event.Refused
	case e.Status == plan.StatusUnreachable:
		h.Outcome = event.Unreachable
	default:
		h.Outcome = event.Failed
	}
	return h
}

// each drives the hosts, at most Parallel at once, in their order.
func (r *run) each(ctx context.Context, work []*plan.Entry) {
	todo := make(chan *plan.Entry)
	var wg sync.WaitGroup
	for range min(r.o.Parallel, len(work)) {
		wg.Go(func() {
			for e := range todo {
				r.finish(r.drive(ctx, e))
			}
		})
	}
	for _, e := range work {
		todo <- e
	}
	close(todo)
	wg.Wait()
}

// watch tells about interruptions as they come, each once. The function that
// it returns ends it; what came by then has been told.
func (r *run) watch(ctx context.Context) (end func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		stop, broken, done := r.o.Stop, r.stopped, ctx.Done()
		for last := false; ; {
			select {
			case <-done:
				done = nil
				r.emit(event.RunInterrupted{Abandon: true, Reason: "given up"})
				continue
			case <-stop:
				stop = nil
				r.emit(event.RunInterrupted{Reason: "asked to stop"})
				continue
			case <-broken:
				broken = nil
				r.emit(event.RunInterrupted{Reason: "the record cannot be kept"})
				continue
			default:
			}
			if last {
				return
			}
			select {
			case <-done:
			case <-stop:
			case <-broken:
			case <-over:
				last = true
			}
		}
	}()
	return func() { close(over); <-ended }
}

// stopping reports whether nothing new may begin.
func (r *run) stopping(ctx context.Context) bool {
	select {
	case <-r.o.Stop:
		return true
	case <-ctx.Done():
		return true
	case <-r.stopped:
		return true
	default:
		return false
	}
}

func (r *run) outcome(ctx context.Context, counts map[event.Outcome]int) event.RunOutcome {
	good := 0
	for o, n := range counts {
		if o.Good() {
			good += n
		}
	}
	nowhere := 0 // without a target: nothing was asked of them
	for i := range r.o.Plan.Hosts {
		if r.o.Plan.Hosts[i].NoTarget() {
			nowhere++
		}
	}
	switch {
	case good+nowhere == len(r.results) && (good > 0 || nowhere == 0):
		return event.RunDone
	case ctx.Err() != nil:
		return event.RunAbandonment
	case counts[event.Skipped] > 0:
		return event.RunInterrupt
	}
	return event.RunFailed
}

func (r *run) finish(h event.HostResult) {
	h = event.WithTexts(h, r.o.Redact).(event.HostResult)
	r.emit(h)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results = append(r.results, h)
}

// emit gives the event to the sink, without secrets, and looks whether the sink
// still works. All events of a run come through here.
func (r *run) emit(b event.Body) {
	b = event.WithTexts(b, r.o.Redact)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seq++
	r.o.Sink.Emit(event.Event{Seq: r.seq, Time: r.o.Clock().UTC(), Run: r.o.RunID, Body: b})
	if f, ok := r.o.Sink.(event.Failing); ok && r.broken == nil {
		if r.broken = f.Err(); r.broken != nil {
			close(r.stopped)
		}
	}
}
